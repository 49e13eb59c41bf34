// Pages with something to say: products, articles, questions, tables, other languages and character sets.
import { divs, frames, frameWords, semantic } from "./Chrome.ts"
import type { CorpusPage } from "./Page.ts"

const prose = (subject: string) =>
  `<p>The ${subject} is made in a small workshop near the coast, where eleven people build it by hand from start to end.</p>
<p>Every part can be replaced, and the workshop keeps spare parts for twelve years after the last one was sold.</p>`

const product = `<h1>Alder desk lamp</h1><p class="price">€ 89.00</p>
<p>A desk lamp with an alder wood foot and a steel arm that turns all the way round.</p>${
  prose("lamp")
}
<h2>Specifications</h2><table><tr><th>Arm</th><td>42 cm</td></tr><tr><th>Power</th><td>6 W LED</td></tr></table>
<h2>In the box</h2><ul><li>Lamp with cable</li><li>Hex key</li></ul>
<h2>How to set it up</h2><ol><li>Unfold the arm.</li><li>Plug it in.</li></ol>`

const productKeeps = [
  "Alder desk lamp",
  "89.00",
  "steel arm that turns all the way round",
  "spare parts for twelve years",
  "Arm: 42 cm",
  "Power: 6 W LED",
  "- Hex key",
  "2. Plug it in."
]

const jsonLd =
  `<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Product",
"name":"Alder desk lamp","brand":{"@type":"Brand","name":"Nordlicht"},"sku":"NL-42",
"offers":{"@type":"Offer","price":"89.00","priceCurrency":"EUR","availability":"https://schema.org/InStock"},
"aggregateRating":{"@type":"AggregateRating","ratingValue":4.6,"reviewCount":132}},
{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Is the bulb replaceable?",
"acceptedAnswer":{"@type":"Answer","text":"<p>Yes, any G9 bulb &amp; LED fits.</p>"}}]}]}</script>
<meta property="og:site_name" content="Nordlicht Shop"><meta name="description" content="Desk lamp in alder and steel, repairable.">`

const article =
  `<article><h1>How captchas work, and why error 404 pages matter</h1><p>By Mara Stein, 3 March 2024</p>
${
    Array.from({ length: 6 }, (_, n) =>
      `<p>Paragraph ${
        n + 1
      }: a captcha asks a visitor to prove that they are human, and access denied is what a robot reads. The page not found message, on the other hand, is shown where nothing is.</p>`)
      .join("")
  }<h2>Access denied?</h2><p>Verify you are human, they say. Please enable JavaScript, they say. This article is about such words.</p></article>`

const accordion =
  `<h1>Shipping questions</h1><p>What customers ask most often about parcels, returns and customs duties, answered by the people who pack them.</p>
<div class="faq"><button aria-controls="a1">How long does it take?</button><h3>How long does it take?</h3><div id="a1" hidden><p>Two to four working days within Germany.</p></div>
<details><summary>Do you ship abroad?</summary><p>Yes, to 31 countries, from 9 euros.</p></details></div>
<dl><dt>Returns</dt><dd>Within 30 days, free of charge.</dd><dt>Customs</dt><dd>Are paid by the recipient outside the European Union.</dd></dl>`

const german =
  `<h1>Regenjacke Hafen</h1><p>Eine leichte Regenjacke aus recyceltem Polyester mit getapten Nähten und einer Kapuze, die sich im Kragen verstauen lässt. Sie wiegt 310 Gramm in Größe M und passt in ihre eigene Tasche. Maschinenwäsche bei 30 Grad, kein Trockner.</p>`

const latin1 = (text: string) => Buffer.from(text, "latin1")

export const contentPages: ReadonlyArray<CorpusPage> = [
  ...Object.entries(frames).map(([name, frame]): CorpusPage => ({
    name: `product-${name}`,
    title: "Alder desk lamp",
    body: frame("Alder desk lamp – Acme", product),
    verdict: "found",
    keeps: productKeeps,
    drops: frameWords,
    language: "en"
  })),
  ...Object.entries(frames).map(([name, frame]): CorpusPage => ({
    name: `article-${name}`,
    title: "How captchas work",
    body: frame("How captchas work, and why error 404 pages matter", article),
    verdict: "found",
    keeps: ["By Mara Stein, 3 March 2024", "Paragraph 1:", "Paragraph 6:", "about such words"],
    drops: frameWords,
    language: "en"
  })),
  {
    name: "structured",
    title: "Alder desk lamp",
    body: semantic("Alder desk lamp", product, jsonLd),
    verdict: "found",
    keeps: [
      ...productKeeps,
      "Price: 89.00 EUR",
      "Availability: InStock",
      "Brand: Nordlicht",
      "SKU: NL-42",
      "Rating: 4.6 (132 ratings)",
      "### Is the bulb replaceable?",
      "Yes, any G9 bulb & LED fits.",
      "Desk lamp in alder and steel, repairable.",
      "Site: Nordlicht Shop"
    ],
    drops: [...frameWords, "schema.org", "@type"]
  },
  {
    name: "faq-accordion",
    body: divs("Shipping questions", accordion),
    verdict: "found",
    keeps: [
      "How long does it take?",
      "Two to four working days within Germany.",
      "### Do you ship abroad?",
      "to 31 countries, from 9 euros",
      "Returns: Within 30 days, free of charge."
    ],
    drops: frameWords
  },
  {
    name: "regenjacke-hafen",
    body: latin1(
      divs(
        "Regenjacke Hafen",
        german,
        "<meta http-equiv=content-type content='text/html; charset=iso-8859-1'>"
      )
    ),
    headers: { "content-type": "text/html" },
    verdict: "found",
    keeps: ["getapten Nähten", "Größe M"],
    drops: frameWords,
    language: "de"
  },
  {
    name: "utf16",
    body: Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(semantic("Lamp", product), "utf16le")
    ]),
    verdict: "found",
    keeps: productKeeps,
    drops: frameWords
  },
  {
    name: "plain-text",
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: "A short plain text about a lamp.",
    verdict: "found",
    keeps: ["A short plain text about a lamp."]
  },
  {
    name: "json-feed",
    headers: { "content-type": "application/json" },
    body: "{\"name\":\"Lamp\",\"price\":89}",
    verdict: "found",
    keeps: ["\"price\":89"]
  },
  {
    name: "no-landmark-related",
    title: "Harbour jacket",
    body: divs(
      "Harbour jacket",
      `<h1>Harbour jacket</h1>${prose("jacket")}${
        prose("hood")
      }<table><tr><td>Size</td><td>Chest</td><td>Price</td></tr><tr><td>M</td><td>104 cm</td><td>$120</td></tr></table>
      <div class="related-products"><h3>You may also like</h3><p>Ochre scarf, $20</p></div><div class="comments-area"><p>First! Great site, visit mine.</p></div>`
    ),
    verdict: "found",
    keeps: ["The hood is made in a small workshop", "Size | Chest | Price", "M | 104 cm | $120"],
    drops: [...frameWords, "You may also like", "Ochre scarf", "visit mine"]
  }
]
