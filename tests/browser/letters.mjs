// Each letter of a folder as a mail reader on a small telephone shows it: in Chromium, 320 pixels wide, judged by axe-core.
// node letters.mjs FOLDER: prints one line of JSON for each *.html; screenshots go beside them.
import fs from "node:fs";
import { createRequire } from "node:module";

const [folder] = process.argv.slice(2);
const require = createRequire(process.env.POSTROOM_BROWSER + "/");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await puppeteer.launch({
  executablePath: process.env.POSTROOM_CHROMIUM,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 320, height: 900, isMobile: true });
  for (const name of fs.readdirSync(folder).filter((n) => n.endsWith(".html")).sort()) {
    await page.goto(`file://${folder}/${name}`);
    const said = await page.evaluate(async (text) => {
      (0, eval)(text);
      const results = await globalThis.axe.run(document);
      const bad = results.violations.filter((v) => ["serious", "critical"].includes(v.impact));
      // A phone zooms out to show what is too wide, so that the page itself never looks it: each box is measured.
      const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > 320.5 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0);
      // In which language each word would be read aloud.
      const words = [];
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const lang = texts.currentNode.parentElement.closest("[lang]").lang;
        words.push([lang, texts.currentNode.data.trim()]);
      }
      return {
        serious: bad.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`),
        wide: wide.map((e) => `${e.tagName} ${e.textContent.slice(0, 60)}`),
        words: words.filter(([, text]) => text !== ""),
        smallest: Math.min(...[...document.querySelectorAll("p, li")].map((e) => parseFloat(getComputedStyle(e).fontSize))),
      };
    }, axe);
    await page.screenshot({ path: `${folder}/${name.replace(/html$/, "png")}`, fullPage: true });
    console.log(JSON.stringify({ name, ...said }));
  }
} finally {
  await browser.close();
}
