// What readers see, though something about it looks as if they did not, or as if it were boilerplate.
import { semantic } from "./Chrome.ts"
import type { CorpusPage } from "./Page.ts"

const prose =
  "<p>The lamp is made in a small workshop near the coast, where eleven people build it by hand from start to end. Every part can be replaced, and the workshop keeps spare parts for twelve years after the last one was sold.</p>"

const seen = (
  name: string,
  markup: string,
  keeps: ReadonlyArray<string>,
  head = ""
): CorpusPage => ({
  name: `seen-${name}`,
  title: "Alder lamp",
  body: semantic("Alder lamp", `<h1>Alder lamp</h1>${markup}${prose}`, head),
  verdict: "found",
  keeps: ["spare parts for twelve years", ...keeps]
})

/** Without a landmark: the whole page is looked at. */
const bare = (name: string, markup: string, keeps: ReadonlyArray<string>): CorpusPage => ({
  name: `seen-bare-${name}`,
  title: "Alder lamp",
  body:
    `<html><head><title>Alder lamp</title></head><body><div><h1>Alder lamp</h1>${prose}${prose}${markup}</div></body></html>`,
  verdict: "found",
  keeps: ["spare parts for twelve years", ...keeps]
})

const visibility: ReadonlyArray<CorpusPage> = [
  seen(
    "price",
    "<p><span class=\"visually-hidden\">Price: 49.99 EUR</span><span aria-hidden=\"true\">49.99 €</span></p>",
    ["49.99 €"]
  ),
  seen(
    "split-price",
    "<span class=\"a-price\"><span class=\"a-offscreen\">$49.99</span><span aria-hidden=\"true\"><span>$</span><span>49<span>.</span></span><span>99</span></span></span>",
    ["$49.99"]
  ),
  seen("for-the-eye-only", "<p aria-hidden=\"true\">Delivered with two bulbs.</p>", ["two bulbs"]),
  seen(
    "white-on-a-dark-parent",
    "<div style=\"background:#000\"><p style=\"color:#fff\">Delivered with two bulbs.</p></div>",
    ["two bulbs"]
  ),
  seen(
    "white-by-rule",
    "<section class=\"box\"><p style=\"color:#fff\">Delivered with two bulbs.</p></section>",
    ["two bulbs"],
    "<style>.box { background-color: #123 }</style>"
  ),
  seen(
    "white-on-a-dark-page",
    "<p style=\"color:white\">Delivered with two bulbs.</p>",
    ["two bulbs"],
    "<style>body { background: #111; color: #eee }</style>"
  ),
  seen(
    "white-on-a-picture",
    "<div class=\"wp-block-cover\"><img src=\"x.jpg\"><h2 style=\"color:#ffffff\">Warranty of ten years</h2><p>Ask us.</p></div>",
    ["Warranty of ten years"]
  ),
  seen(
    "cut-out-of-a-gradient",
    "<p style=\"background:linear-gradient(red,blue);-webkit-background-clip:text;color:transparent\">Delivered with two bulbs.</p>",
    ["two bulbs"]
  ),
  seen(
    "appearing",
    "<p style=\"opacity:0;transform:translateY(20px)\">Delivered with two bulbs.</p><p class=\"fade\">And a hex key.</p>",
    ["two bulbs", "a hex key"],
    "<style>.fade { opacity: 0; transition: opacity .5s }</style>"
  ),
  seen(
    "on-larger-screens",
    "<p class=\"d-none d-md-block\">Delivered with two bulbs.</p><p class=\"hidden lg:flex\">And a hex key.</p>",
    ["two bulbs", "a hex key"]
  ),
  seen(
    "without-scripts",
    "<p class=\"lazy\">Delivered with two bulbs.</p>",
    ["two bulbs"],
    "<noscript><style>.lazy { display: none }</style></noscript><style>.no-js .lazy { display: none }</style>"
  ),
  seen(
    "until-it-is-found",
    "<p hidden=\"until-found\">Delivered with two bulbs.</p>",
    ["two bulbs"]
  )
]

const folded: ReadonlyArray<CorpusPage> = [
  seen(
    "accordion",
    "<div class=\"acc\"><h3>How is it shipped?</h3><div class=\"panel\"><p>Two days by rail.</p></div></div>",
    ["How is it shipped?", "Two days by rail"],
    "<style>.panel { display: none }</style>"
  ),
  seen(
    "accordion-by-height",
    "<div class=\"accordion-item\"><button>Shipping</button><div class=\"accordion-body\"><p>Two days by rail.</p></div></div>",
    ["Two days by rail"],
    "<style>.accordion-body { max-height: 0; overflow: hidden }</style>"
  ),
  seen(
    "accordion-of-buttons",
    "<h3><button aria-expanded=\"false\" aria-controls=\"s1\">How is it shipped?</button></h3><div id=\"s1\" hidden><p>Two days by rail.</p></div>",
    ["How is it shipped?", "Two days by rail"]
  ),
  seen(
    "collapse",
    "<a data-bs-toggle=\"collapse\" href=\"#c1\">Care</a><div class=\"collapse\" id=\"c1\" style=\"display:none\"><p>Clean it with water only.</p></div>",
    ["Clean it with water only"]
  ),
  seen(
    "tabs",
    "<div role=\"tablist\"><button role=\"tab\" aria-controls=\"p1\">Specs</button></div><div id=\"p1\" role=\"tabpanel\" hidden><p>Weight 2 kg</p></div>",
    ["Weight 2 kg"]
  ),
  seen(
    "faq",
    "<div class=\"faq\"><div class=\"faq-item\"><h3>Is it heavy?</h3><div class=\"faq-answer\" style=\"display:none\"><p>It weighs 2 kg.</p></div></div></div>",
    ["Is it heavy?", "It weighs 2 kg"]
  ),
  seen("details", "<details><summary>More</summary><p>Steel arm.</p></details>", ["Steel arm"])
]

const names: ReadonlyArray<CorpusPage> = [
  seen(
    "key-facts",
    "<aside><h2>Key facts</h2><p>It weighs 2 kg.</p></aside>",
    ["It weighs 2 kg"]
  ),
  bare(
    "key-facts",
    "<aside><h2>Key facts</h2><dl><dt>Weight</dt><dd>2 kg</dd></dl></aside>",
    ["Weight: 2 kg"]
  ),
  bare(
    "sidebar",
    "<div class=\"product-sidebar\"><table><tr><th>Weight</th><td>2 kg</td></tr></table></div>",
    ["Weight: 2 kg"]
  ),
  bare(
    "menu",
    "<div class=\"menu\"><h2>Menu</h2><p>Spaghetti alle vongole 14 EUR</p><p>Risotto 12 EUR</p></div>",
    ["Risotto 12 EUR"]
  ),
  bare(
    "share",
    "<div class=\"market share\"><p>It has 14 percent of all lamps sold.</p></div>",
    ["14 percent of all lamps"]
  ),
  bare("card-footer", "<div class=\"card-footer\"><p>It costs 49 EUR.</p></div>", [
    "It costs 49 EUR"
  ]),
  bare("ad-details", "<div class=\"ad-details\"><p>Used, from 2019.</p></div>", [
    "Used, from 2019"
  ]),
  bare(
    "consent",
    "<div class=\"informed-consent\"><p>Patients sign it twice.</p></div>",
    ["Patients sign it twice"]
  ),
  bare(
    "linked-words",
    "<p>With <a href=\"/a\">alder</a>, <a href=\"/b\">steel</a>, <a href=\"/c\">brass</a> and <a href=\"/d\">linen</a>, all of them from people whom we know by their names.</p>",
    ["With alder, steel, brass and linen"]
  )
]

export const seenPages: ReadonlyArray<CorpusPage> = [...visibility, ...folded, ...names]
