// Opens places of a page, presses everything that can be pressed there, and prints as JSON where a script of somebody
// else's ran: one that sets the attribute data-ran of a document. node explore.mjs CHROMIUM ADDRESS [ADDRESS ...]
import { launched } from "./browser.mjs";

const [chromium, ...addresses] = process.argv.slice(2);
const browser = await launched(chromium);
try {
  const page = await browser.newPage();
  let asked = false; // alert and its like
  page.on("dialog", async (dialog) => { asked = true; await dialog.dismiss(); });
  const ran = [];
  let pressed = 0;
  for (const address of addresses) {
    await page.goto("about:blank");
    asked = false;
    await page.goto(address, { waitUntil: "load" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let round = 0; round < 3; round += 1) { // what opens may hold more that opens
      pressed += await page.evaluate(() => {
        const all = document.querySelectorAll("button, summary, [role=button], [data-testid*=attachment]");
        all.forEach((each) => each.dispatchEvent(new MouseEvent("click", { bubbles: true })));
        return all.length;
      });
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const frame of page.frames()) {
      const marked = await frame.evaluate(() => document.documentElement.dataset.ran).catch(() => undefined);
      if (marked) ran.push(`${address} (${frame.url().slice(0, 60)})`);
    }
    if (asked) ran.push(`${address} (a dialog)`);
  }
  console.log(JSON.stringify({ ran, pressed }));
} finally {
  await browser.close();
}
