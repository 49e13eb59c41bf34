// What surrounds the text of a page on a real site: navigation, a cookie banner, a footer, three ways to build them.

export type Frame = (title: string, content: string, head?: string) => string

const links = (names: ReadonlyArray<string>) =>
  names.map((name) => `<li><a href="/${name}">${name}</a></li>`).join("")

/** Words of the frames: none of them may reach the evidence. */
export const frameWords = [
  "Wishlist and basket",
  "We value your privacy",
  "Accept all cookies",
  "Subscribe to our newsletter",
  "All rights reserved",
  "Share on Facebook",
  "Skip to content"
]

/** With the elements that HTML has for it. */
export const semantic: Frame = (title, content, head = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}
<style>body { color: #222 } .promo { color: red }</style></head><body>
<a class="skip-link" href="#main">Skip to content</a>
<header><a href="/">Acme</a><nav><ul>${
    links(["Shop", "Sale", "About us", "Help"])
  }</ul></nav><p>Wishlist and basket</p></header>
<main id="main">${content}</main>
<div class="cookie-banner" role="dialog"><p>We value your privacy. We use cookies.</p><button>Accept all cookies</button></div>
<aside><h2>Subscribe to our newsletter</h2><form><input type="email"><button>Go</button></form></aside>
<footer><p>All rights reserved. Acme Ltd.</p><ul>${
    links(["Imprint", "Privacy", "Terms", "Jobs"])
  }</ul></footer>
<script>window.dataLayer = [{ "page": "Wishlist and basket" }]</script></body></html>`

/** With nothing but div, named as most themes name them. */
export const divs: Frame = (title, content, head = "") =>
  `<html><head><title>${title}</title>${head}</head><body class="no-js"><div id="page"><div class="site-header"><div class="navbar">
<ul class="menu">${
    links(["Shop", "Sale", "About us", "Help"])
  }</ul></div><div>Wishlist and basket</div></div>
<div class="wrap"><div class="content">${content}</div>
<div class="sidebar"><div class="widget">Subscribe to our newsletter</div></div></div>
<div class="share-buttons social"><a href="#">Share on Facebook</a></div>
<div id="onetrust-consent-sdk"><div>We value your privacy</div><div>Accept all cookies</div></div>
<div id="footer" class="site-footer">All rights reserved</div></div></body></html>`

/** Laid out with a table, as pages were for ten years. */
export const tables: Frame = (title, content, head = "") =>
  `<HTML><HEAD><TITLE>${title}</TITLE>${head}</HEAD><BODY BGCOLOR=white>
<TABLE WIDTH=100%><TR><TD COLSPAN=2 CLASS=masthead>Wishlist and basket</TD></TR>
<TR><TD VALIGN=top ID=nav><UL>${
    links(["Shop", "Sale", "About us", "Help"])
  }</UL></TD><TD>${content}</TD></TR>
<TR><TD COLSPAN=2 CLASS=footer>All rights reserved</TD></TR></TABLE></BODY></HTML>`

export const frames: { readonly [name: string]: Frame } = { semantic, divs, tables }
