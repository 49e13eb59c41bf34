// Pages as shops, documentations, blogs, kitchens and encyclopaedias build them, with what they show beside the page.
import type { CorpusPage } from "./Page.ts"

const cards = (names: ReadonlyArray<string>) =>
  names.map((name, n) =>
    `<div class="card"><a href="/p/${n}"><img src="/${n}.jpg"></a><a href="/p/${n}">${name}</a><span class="price">€ ${
      19 + n
    }.90</span><button>Add to basket</button></div>`
  ).join("")

const neighbours = ["Ochre scarf", "Birch stool", "Linen apron", "Cast iron pan"]
const neighbourWords = [...neighbours, "€ 19.90", "Add to basket"]

const about =
  "<p>A desk lamp with a foot of alder wood and an arm of steel that turns all the way round. It is made in a small workshop near the coast, where eleven people build it by hand from start to end.</p>"

const specs =
  "<table><tr><th>Arm</th><td>42 cm</td></tr><tr><th>Power</th><td>6 W LED</td></tr><tr><th>Weight</th><td>1.4 kg</td></tr></table>"

const productWords = ["arm of steel that turns", "Arm: 42 cm", "Weight: 1.4 kg"]

const ld = (...nodes: ReadonlyArray<object>) =>
  nodes.map((node) => `<script type="application/ld+json">${JSON.stringify(node)}</script>`).join(
    ""
  )

const offer = (price: string) => ({ "@type": "Offer", price, priceCurrency: "EUR" })
const product = (name: string, price: string, more: object = {}) => ({
  "@context": "https://schema.org",
  "@type": "Product",
  name,
  offers: offer(price),
  ...more
})

const page = (title: string, head: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}</head><body>${body}</body></html>`

const lamp = (name: string, body: string, more: Partial<CorpusPage> = {}): CorpusPage => ({
  name: `shape-${name}`,
  title: "Alder desk lamp",
  body,
  verdict: "found",
  keeps: productWords,
  drops: neighbourWords,
  ...more
})

const menu = `<ul class="nav-menu">${
  ["Lamps", "Chairs", "Kitchen", "Sale"].map((name) =>
    `<li class="menu-item"><a href="/${name}">${name}</a></li>`
  ).join("")
}</ul>`

const shops: ReadonlyArray<CorpusPage> = [
  lamp(
    "hosted-shop",
    page(
      "Alder desk lamp – Nordlicht",
      ld(product("Alder desk lamp", "89.00", {
        isRelatedTo: [product("Ochre scarf", "19.90")],
        brand: { "@type": "Brand", name: "Nordlicht" }
      })),
      `<div class="announcement-bar"><p>Free delivery from € 50</p></div><header class="site-header">${menu}</header>
<main id="MainContent"><section class="product"><h1>Alder desk lamp</h1><div class="price"><span class="price-item">€ 89.00</span></div>
<form action="/cart/add"><select><option>Oiled</option><option>Raw</option></select><button>Add to basket</button></form>
<div class="product__description">${about}</div>${specs}</section>
<section class="related-products"><h2>You may also like</h2>${cards(neighbours)}</section></main>
<footer class="site-footer"><p>All rights reserved</p></footer>`
    ),
    {
      keeps: [...productWords, "Price: 89.00 EUR", "Brand: Nordlicht", "€ 89.00"],
      drops: [...neighbourWords, "All rights reserved", "Price: 19.90"]
    }
  ),
  lamp(
    "plugin-shop",
    page(
      "Alder desk lamp - Nordlicht",
      ld({
        "@context": "https://schema.org",
        "@graph": [
          { "@type": "WebSite", name: "Nordlicht" },
          { "@type": "BreadcrumbList", itemListElement: [] },
          {
            ...product("Alder desk lamp", "89.00"),
            "@id": "#product",
            offers: [{ "@id": "#offer" }]
          },
          { ...offer("89.00"), "@id": "#offer" },
          product("Ochre scarf", "19.90")
        ]
      }),
      `<div id="page" class="site"><div class="storefront-breadcrumb"><nav class="woocommerce-breadcrumb"><a href="/">Home</a> / <a href="/l">Lamps</a></nav></div>
<div id="content" class="site-content"><div class="col-full"><div id="primary" class="content-area">
<div class="product"><div class="summary entry-summary"><h1 class="product_title">Alder desk lamp</h1><p class="price">€ 89.00</p>
<div class="product_meta"><span class="sku_wrapper">SKU: NL-42</span><span class="posted_in">Category: <a href="/l">Lamps</a></span></div></div>
<div class="woocommerce-tabs"><ul class="tabs"><li><a href="#tab-1">Description</a></li><li><a href="#tab-2">Additional information</a></li></ul>
<div class="woocommerce-Tabs-panel" id="tab-1" role="tabpanel">${about}</div><div class="woocommerce-Tabs-panel" id="tab-2" role="tabpanel" style="display:none">${specs}</div></div>
<section class="related products"><h2>Related products</h2>${
        cards(neighbours)
      }</section></div></div>
<div id="secondary" class="widget-area"><div class="widget widget_products"><ul>${
        neighbours.map((name) => `<li><a href="/p">${name}</a> € 19.90</li>`).join("")
      }</ul></div></div></div></div></div>`
    ),
    {
      keeps: [...productWords, "SKU: NL-42", "Price: 89.00 EUR"],
      drops: [...neighbourWords, "Price: 19.90"]
    }
  ),
  lamp(
    "marketplace",
    page(
      "Alder desk lamp : Home & Kitchen",
      ld(product("Ochre scarf", "19.90"), product("Birch stool", "20.90")),
      `<div id="nav-main"><a href="/a">Deals</a><a href="/b">Gift cards</a><a href="/c">Sell</a><a href="/d">Help</a></div>
<div id="dp"><h1 id="title">Alder desk lamp</h1><span class="a-price"><span class="a-offscreen">€89.00</span><span aria-hidden="true">€89.00</span></span>
<div id="feature-bullets"><ul><li>Arm of steel that turns all the way round.</li><li>Foot of alder wood.</li></ul></div>
<div id="productDescription">${about}</div><div id="prodDetails">${specs}</div></div>
<div id="sims"><div><h2>Customers also bought</h2></div><div>${cards(neighbours)}</div></div>
<div id="rhf"><h2>Recently viewed</h2>${cards(["Wool blanket"])}</div>`
    ),
    {
      keeps: [...productWords, "€89.00", "Foot of alder wood"],
      drops: [...neighbourWords, "Wool blanket", "Gift cards", "Price:"]
    }
  ),
  lamp(
    "hashed-shop",
    page(
      "Alder desk lamp | Nordlicht",
      ld({
        "@type": "WebPage",
        mainEntity: product("Alder desk lamp", "89.00"),
        mentions: [product("Ochre scarf", "19.90")]
      }),
      `<div id="__next"><div class="css-1a2b"><div class="css-9x8y"><a href="/a">Lamps</a><a href="/b">Chairs</a><a href="/c">Kitchen</a><a href="/d">Sale</a></div>
<div class="css-5t6y"><div class="css-3e4r"><h1>Alder desk lamp</h1><div class="css-0p9o">€ 89.00</div></div><div class="css-7u8i">${about}${specs}</div></div>
<div class="css-2w3e"><h3>Complete the look</h3><div class="css-4r5t">${
        cards(neighbours)
      }</div></div>
<div class="css-6y7u"><a href="/i">Imprint</a><a href="/j">Privacy</a><a href="/k">Terms</a><a href="/l">Jobs</a></div></div></div>`
    ),
    {
      keeps: [...productWords, "Price: 89.00 EUR", "€ 89.00"],
      drops: [...neighbourWords, "Imprint"]
    }
  ),
  lamp(
    "variants",
    page(
      "Alder desk lamp",
      ld({
        "@type": "ProductGroup",
        name: "Alder desk lamp",
        hasVariant: [
          product("Alder desk lamp, oiled", "89.00"),
          product("Alder desk lamp, raw", "79.00")
        ]
      }),
      `<main><h1>Alder desk lamp</h1>${about}${specs}</main>`
    ),
    {
      keeps: [
        ...productWords,
        "Price: 89.00 EUR (Alder desk lamp, oiled)",
        "Price: 79.00 EUR (Alder desk lamp, raw)"
      ]
    }
  ),
  lamp(
    "microdata",
    page(
      "Alder desk lamp",
      "",
      `<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Alder desk lamp</h1><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price" content="89.00">€ 89</span><meta itemprop="priceCurrency" content="EUR"></div>${about}${specs}</div>
<div class="grid"><h2>Similar products</h2><div itemscope itemtype="https://schema.org/Product"><a href="/o" itemprop="name">Ochre scarf</a><span itemprop="price" content="19.90">€ 19.90</span></div></div>`
    ),
    { keeps: [...productWords, "Price: 89.00 EUR"], drops: ["Price: 19.90", "Ochre scarf"] }
  ),
  lamp(
    "neighbours-in-microdata",
    page(
      "Alder desk lamp",
      "",
      `<h1>Alder desk lamp</h1>${about}${specs}<div itemscope itemtype="https://schema.org/Product"><span itemprop="price" content="18.00">a</span></div>
<div itemscope itemtype="https://schema.org/Product"><span itemprop="price" content="19.90">b</span></div>`
    ),
    { drops: ["Price: 19.90", "Price: 18.00"] }
  )
]

const paragraphs = (subject: string) =>
  Array.from(
    { length: 7 },
    (_, n) =>
      `<p>Part ${
        n + 1
      } of what there is to say about ${subject}: it takes patience, a sharp knife, and somebody who has done it before and is willing to tell.</p>`
  )
    .join("")

const others: ReadonlyArray<CorpusPage> = [
  {
    name: "shape-blog",
    title: "On joints",
    body: page(
      "On joints – The workshop",
      "",
      `<div class="wrapper"><div class="top"><a href="/">The workshop</a> <a href="/about">About</a> <a href="/archive">Archive</a> <a href="/feed">Feed</a></div>
<div class="post"><h2 class="post-title">On joints</h2><div class="post-body">${
        paragraphs("joints")
      }</div>
<div class="tags"><a href="/t/wood">wood</a> <a href="/t/tools">tools</a></div></div>
<div class="sidebar"><h3>Recent posts</h3><ul><li><a href="/1">On glue</a></li><li><a href="/2">On saws</a></li></ul><p>I am Mara, and I write here.</p></div>
<div class="comments-area"><p>First! Great site, visit mine.</p></div></div>`
    ),
    verdict: "found",
    keeps: ["Part 1 of what", "Part 7 of what"],
    drops: ["On glue", "visit mine", "Archive"]
  },
  {
    name: "shape-long-essay",
    title: "On joints",
    body: page(
      "On joints",
      "",
      `<div class="css-1"><p>Mara writes about wood since 2009. Write to her.</p></div><div class="css-2"><div class="css-3">${
        Array.from({ length: 90 }, (_, n) =>
          `<p>Joint ${n} takes <a href="/p">patience</a>, a <b>sharp</b> knife, and <i>somebody</i> who has done it.</p>`)
          .join("")
      }<p>And then it holds.</p></div></div><div class="css-4"><p>Printed on paper from straw.</p></div>`
    ),
    verdict: "found",
    keeps: ["Joint 0 takes patience, a sharp knife, and somebody", "And then it holds."],
    drops: ["Write to her", "paper from straw"]
  },
  {
    name: "shape-docs",
    title: "Installing the agent",
    body: page(
      "Installing the agent — Docs",
      "",
      `<div class="wy-nav-side"><ul><li><a href="/a">Start</a></li><li><a href="/b">Install</a></li><li><a href="/c">Configure</a></li><li><a href="/d">Upgrade</a></li></ul></div>
<div role="main" class="document"><h1>Installing the agent<a class="headerlink" href="#x">¶</a></h1><p>The agent needs Linux 5.10 and 200 MB of memory. It runs as a user of its own, and it listens on port 8125.</p>
<pre>curl -O https://x.test/agent.tar.gz
tar xf agent.tar.gz</pre><h2>Options</h2><dl><dt><code>--port</code></dt><dd>Where it listens (default 8125).</dd></dl>
<table><tr><th>Variable</th><th>Meaning</th></tr><tr><td>AGENT_KEY</td><td>The key.</td></tr></table></div>
<footer><p>All rights reserved</p></footer>`
    ),
    verdict: "found",
    keeps: [
      "200 MB of memory",
      "tar xf agent.tar.gz",
      "--port: Where it listens",
      "AGENT_KEY | The key."
    ],
    drops: ["Configure", "All rights reserved"]
  },
  {
    name: "shape-recipe",
    title: "Plum cake",
    body: page(
      "Plum cake | The kitchen",
      ld({
        "@type": "Recipe",
        name: "Plum cake",
        author: { "@type": "Person", name: "Mara Stein" },
        aggregateRating: { "@type": "AggregateRating", ratingValue: "4.8", ratingCount: "97" }
      }),
      `<header><nav><a href="/">Home</a></nav></header><article><h1>Plum cake</h1><p>A cake for the end of August, with a dough that is left alone for two hours.</p><a class="jump" href="#recipe">Jump to recipe</a>
<div class="recipe-card"><h2>Ingredients</h2><ul><li>1 kg plums</li><li>500 g flour</li><li>1 cube of yeast</li></ul><h2>Method</h2><ol><li>Leave the dough alone for two hours.</li><li>Bake it at 180 °C for 40 minutes.</li></ol></div>
${paragraphs("plums")}</article>
<aside class="sidebar"><h3>Newsletter</h3><form><input type="email"><button>Subscribe</button></form></aside>`
    ),
    verdict: "found",
    keeps: [
      "- 500 g flour",
      "2. Bake it at 180 °C for 40 minutes.",
      "Rating: 4.8 (97 ratings)",
      "Author: Mara Stein"
    ],
    drops: ["Newsletter", "Subscribe"]
  },
  {
    name: "shape-encyclopaedia",
    title: "Alder",
    body: page(
      "Alder - Encyclopaedia",
      "",
      `<div id="mw-panel"><ul><li><a href="/m">Main page</a></li><li><a href="/r">Random article</a></li><li><a href="/d">Donate</a></li><li><a href="/h">Help</a></li></ul></div>
<div id="content" role="main"><h1>Alder</h1><table class="infobox"><tr><th>Family</th><td>Betulaceae</td></tr><tr><th>Species</th><td>about 35</td></tr></table>
<p>Alders are trees of the birch family. They grow by water, and their wood does not rot under it, which is why half of Venice stands on them.</p>
<div id="toc" class="toc"><ul><li><a href="#a">Description</a></li><li><a href="#b">Uses</a></li><li><a href="#c">Names</a></li><li><a href="#d">References</a></li></ul></div>
<h2>Uses</h2>${paragraphs("alders")}</div>`
    ),
    verdict: "found",
    keeps: ["Family: Betulaceae", "half of Venice stands on them", "Part 7 of what"],
    drops: ["Random article", "Donate"]
  },
  {
    name: "shape-news",
    title: "Harbour reopens",
    body: page(
      "Harbour reopens | Gazette",
      ld({
        "@type": "NewsArticle",
        headline: "Harbour reopens",
        datePublished: "2024-05-03",
        author: [{ "@type": "Person", name: "Mara Stein" }]
      }, { "@type": "NewsArticle", headline: "Bridge closes", datePublished: "2024-05-01" }),
      `<div class="header"><a href="/">Gazette</a><a href="/w">World</a><a href="/l">Local</a><a href="/s">Sport</a></div>
<div class="story"><h1>Harbour reopens</h1><p class="byline">By Mara Stein</p>${
        paragraphs("the harbour")
      }</div>
<div class="more"><h3>More from Local</h3><div><a href="/1">Bridge closes</a><p>Since Monday nobody crosses.</p></div><div><a href="/2">Market moves</a><p>To the square.</p></div></div>`
    ),
    verdict: "found",
    keeps: ["By Mara Stein", "Part 7 of what", "Published: 2024-05-03"],
    drops: ["Bridge closes", "nobody crosses", "2024-05-01"]
  }
]

export const shopPages: ReadonlyArray<CorpusPage> = [...shops, ...others]
