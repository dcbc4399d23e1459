// Opens a page in Chromium and prints as JSON what axe-core finds, how wide the page is, and what it asked the network for.
// node look.mjs CHROMIUM ADDRESS WIDTH [CLICK: the selector of a link to follow first]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launched } from "./browser.mjs";

const [chromium, address, width, click] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const browser = await launched(chromium);
try {
  const page = await browser.newPage();
  const fetched = [];
  page.on("request", (request) => /^https?:/.test(request.url()) && fetched.push(request.url()));
  await page.setBypassCSP(true); // for axe itself, which is put into the page
  await page.setViewport({ width: Number(width), height: 900 });
  await page.goto(address);
  if (click) await Promise.all([page.waitForNavigation(), page.click(click)]);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => ({ rule: id, impact, where: node.target.join(" ") })));
  const pixels = await page.evaluate(() => document.scrollingElement.scrollWidth);
  console.log(JSON.stringify({ address: page.url(), violations: found, width: pixels, fetched }));
} finally {
  await browser.close();
}
