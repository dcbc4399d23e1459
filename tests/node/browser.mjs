// Chromium as all scripts here have it: alone on this machine, and without the network.
import puppeteer from "puppeteer-core";

export function launched(executablePath) {
  return puppeteer.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"],
  });
}
