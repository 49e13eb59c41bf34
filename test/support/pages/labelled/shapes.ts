// Frames that pages of the labelled corpus stand in: a shop's, a blog's, a documentation's, and one without any names.
import { divs, semantic, tables } from "../Chrome.ts"
import type { Frame } from "../Chrome.ts"

const cards = (names: ReadonlyArray<string>) =>
  names.map((name, n) =>
    `<div class="product-card"><a href="/p/${n}"><img src="/${n}.jpg" alt=""></a><a href="/p/${n}">${name}</a><span class="price">€ ${
      19 + n
    }.90</span></div>`
  ).join("")

const neighbours = [
  "Ochre scarf",
  "Birch stool",
  "Linen apron",
  "Cast iron pan",
  "Wool blanket",
  "Oak tray"
]

/** As shops build them: scripts of a robot check and a captcha in a form are part of every page. */
export const shop: Frame = (title, content, head = "") =>
  `<!doctype html><html lang="en"><head><title>${title}</title>${head}
<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js" async></script>
<script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async defer></script></head><body class="template-product">
<div class="announcement-bar">Free delivery from € 50</div>
<header class="site-header"><a href="/">Nordlicht</a><ul class="site-nav">${
    ["Lamps", "Chairs", "Kitchen", "Sale", "Journal"].map((name) =>
      `<li><a href="/${name}">${name}</a></li>`
    ).join("")
  }</ul><a href="/account/login">Log in</a><a href="/cart">Basket (0)</a></header>
<div class="page-content"><div class="product-single">${content}</div>
<div class="related-products"><h2>You may also like</h2>${cards(neighbours)}</div></div>
<div class="footer-newsletter newsletter"><form action="/subscribe"><input type="email"><div class="g-recaptcha" data-sitekey="x"></div><button>Subscribe</button></form></div>
<footer class="site-footer"><a href="/imprint">Imprint</a><a href="/privacy">Privacy</a><p>All rights reserved</p></footer></body></html>`

/** As a build tool names classes: nothing can be told by them. */
export const hashed: Frame = (title, content, head = "") =>
  `<!doctype html><html lang="en"><head><title>${title}</title>${head}</head><body><div id="__next"><div class="css-1a2b3c">
<div class="css-9x8y7z"><a href="/">Home</a><a href="/a">Guides</a><a href="/b">Reference</a><a href="/c">Blog</a><a href="/d">Pricing</a></div>
<div class="css-0q9w8e">${content}</div>
<div class="css-5t6y7u"><a href="/imprint">Imprint</a><a href="/privacy">Privacy</a><a href="/terms">Terms</a><a href="/jobs">Jobs</a></div>
</div></div><script>self.__next_f=[]</script></body></html>`

export const shapes: ReadonlyArray<readonly [string, Frame]> = [
  ["semantic", semantic],
  ["divs", divs],
  ["tables", tables],
  ["shop", shop],
  ["hashed", hashed]
]

/** What a shop shows where it has nothing to show: more than 1,500 characters of it. */
export const recommendations = `<h2>Popular right now</h2><div class="grid">${
  Array.from({ length: 24 }, (_, n) =>
    `<div class="tile"><h3>${neighbours[n % neighbours.length]} no. ${
      n + 1
    }</h3><p>Made to last, delivered in three days, and returned free of charge.</p></div>`).join(
      ""
    )
}</div>`
