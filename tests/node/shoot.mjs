// Takes a picture of a page. node shoot.mjs CHROMIUM ADDRESS WIDTH HEIGHT FILE [SELECTOR: scrolled to the top]
import { launched } from "./browser.mjs";

const [chromium, address, width, height, file, selector] = process.argv.slice(2);
const browser = await launched(chromium);
try {
  const page = await browser.newPage();
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  await page.setViewport({ width: Number(width), height: Number(height) });
  await page.goto(address, { waitUntil: "networkidle0" });
  await new Promise((resolve) => setTimeout(resolve, 1000)); // the report draws itself
  if (selector) {
    await page.waitForSelector(selector);
    await page.$eval(selector, (element) => element.scrollIntoView({ block: "start" }));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await page.screenshot({ path: file });
} finally {
  await browser.close();
}
