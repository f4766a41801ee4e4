// The form page as a person meets it: in Chromium, without scripts of its own, by keyboard alone, judged by axe-core.
// node form.mjs URL WIDTH FOLDER: prints one line of JSON; screenshots go to FOLDER.
import fs from "node:fs";
import { createRequire } from "node:module";

const [url, width, folder] = process.argv.slice(2);
const require = createRequire(process.env.POSTROOM_BROWSER + "/");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await puppeteer.launch({
  executablePath: process.env.POSTROOM_CHROMIUM,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const said = { serious: [], focus: [], cookies: 0, wide: [], titles: [] };
try {
  const page = await browser.newPage();
  await page.setViewport({ width: Number(width), height: 900, isMobile: Number(width) < 600 });

  // What axe finds serious, and whether the page is wider than the screen. The test's own script needs the page's policy set aside.
  const judge = async (name) => {
    const results = await page.evaluate(async (text) => {
      (0, eval)(text);
      return await globalThis.axe.run(document);
    }, axe);
    for (const v of results.violations.filter((v) => ["serious", "critical", "moderate"].includes(v.impact))) {
      said.serious.push(`${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
    }
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) said.wide.push(name);
    said.titles.push(await page.title());
    await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  };
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.type || document.activeElement.tagName);
  const tab = async (count) => {
    for (let i = 0; i < count; i++) {
      await page.keyboard.press("Tab");
      said.focus.push(await focused());
    }
  };
  const to = async (id) => {
    for (let i = 0; i < 20 && (await focused()) !== id; i++) await page.keyboard.press("Tab");
    if ((await focused()) !== id) throw new Error(`the keyboard does not reach ${id}`);
  };
  const press = async () => {
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  };

  await page.setBypassCSP(true);
  await page.goto(url);
  await judge("empty");
  await tab(10);

  // Sent empty: the summary says what to do, and its link leads to the field.
  await to("submit");
  await press();
  said.alert = await page.evaluate(() => document.querySelector("[role=alert]")?.innerText ?? "");
  said.alert_focused = await page.evaluate(() => document.activeElement.getAttribute("role") === "alert");
  await judge("error");
  await page.evaluate(() => document.querySelector(".summary a").focus());
  await page.keyboard.press("Enter");
  await page.keyboard.type("No heating for a week & nobody <b>came</b>. I rang twice.");
  said.typed_into = await focused();
  await to("email");
  await page.keyboard.type("ada.home");
  await to("submit");
  await press();
  await judge("wrong-address");
  said.kept = await page.evaluate(() => document.querySelector("#message").value);
  await to("email");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type("ada@home.example");
  const file = await page.$("#files");
  fs.writeFileSync(`${folder}/letter.txt`, "My letter: the boiler has been broken since Friday.");
  await file.uploadFile(`${folder}/letter.txt`);
  await to("submit");
  await press();
  await judge("thanks");
  said.thanks = await page.evaluate(() => document.querySelector("main").innerText);
  // Too much: the answer must reach a browser that is still sending.
  await page.goto(url);
  await to("message");
  await page.keyboard.type("Here is a video of the leak.");
  fs.writeFileSync(`${folder}/video.mp4`, Buffer.alloc(30_000_000));
  await (await page.$("#files")).uploadFile(`${folder}/video.mp4`);
  await to("submit");
  await press();
  await judge("problem");
  fs.rmSync(`${folder}/video.mp4`);
  said.problem = await page.evaluate(() => document.querySelector("main").innerText);
  said.cookies = (await page.cookies()).length;
  console.log(JSON.stringify(said));
} finally {
  await browser.close();
}
