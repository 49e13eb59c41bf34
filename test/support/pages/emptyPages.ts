// Pages that are none: missing ones that answer 200, walls, shells, other entities, what is no text.
import { divs, frames, semantic } from "./Chrome.ts"
import type { CorpusPage } from "./Page.ts"

const html = { "content-type": "text/html; charset=utf-8" }

const wall = (name: string, title: string, body: string, status = 200): CorpusPage => ({
  name,
  status,
  headers: html,
  body: `<!doctype html><html><head><title>${title}</title></head><body>${body}</body></html>`,
  verdict: "Blocked"
})

const soft = (name: string, title: string, content: string): CorpusPage => ({
  name,
  headers: html,
  body: divs(title, content),
  verdict: "SoftNotFound"
})

const missing: ReadonlyArray<CorpusPage> = [
  { name: "missing", status: 404, body: "no", verdict: "NotFound" },
  { name: "gone", status: 410, body: "no", verdict: "NotFound" },
  soft(
    "soft-title",
    "404 – Page not found | Acme",
    "<h1>Oops!</h1><p>Try the search, or go back home.</p>"
  ),
  soft(
    "soft-heading",
    "Acme",
    "<h1>Page not found</h1><p>The page you were looking for has moved on. Here is what others like.</p>"
  ),
  soft(
    "soft-sentence",
    "Acme",
    "<p>Sorry, this product is no longer available.</p><p>Have a look around.</p>"
  ),
  soft(
    "soft-german",
    "Acme",
    "<h1>Seite nicht gefunden</h1><p>Leider gibt es diese Seite nicht.</p>"
  ),
  soft("soft-french", "Page introuvable - Acme", "<p>Nous sommes désolés.</p>"),
  soft("soft-short", "Error 404", "")
]

const walls: ReadonlyArray<CorpusPage> = [
  wall(
    "cloudflare",
    "Just a moment...",
    "<script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1\"></script><noscript>Enable JavaScript and cookies to continue</noscript>",
    403
  ),
  wall(
    "cloudflare-ok",
    "Just a moment...",
    "<div id=\"cf-chl-widget\"></div><script>window._cf_chl_opt={}</script><script src=\"https://challenges.cloudflare.com/turnstile/v0/api.js\"></script>"
  ),
  wall(
    "recaptcha",
    "Security check",
    "<p>Please prove that you are not a robot.</p><form><div class=\"g-recaptcha\" data-sitekey=\"x\"></div><button>Go on</button></form>"
  ),
  wall(
    "robot-check",
    "Robot Check",
    "<h4>Enter the characters you see below</h4><form action=\"/errors/validateCaptcha\"><img src=\"x.jpg\"><input></form>"
  ),
  wall(
    "datadome",
    "acme.test",
    "<script src=\"https://ct.captcha-delivery.com/c.js\"></script>",
    403
  ),
  wall(
    "perimeterx",
    "Access to this page has been denied",
    "<div id=\"px-captcha\"></div><p>Press and hold</p>"
  ),
  wall(
    "akamai",
    "Access Denied",
    "<h1>Access Denied</h1><p>You don't have permission to access this. Reference #18.abc</p>"
  ),
  wall(
    "login",
    "Sign in – Acme",
    "<main><h1>Sign in</h1><form><label>E-mail</label><input type=\"email\"><input type=\"password\"><button>Sign in</button></form><p>Members only.</p></main>"
  ),
  wall(
    "paywall",
    "Our lamp test",
    "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":\"False\"}</script><main><p>We tested eleven lamps. Subscribe to read on.</p></main>"
  ),
  wall("forbidden", "403", "no", 403),
  { name: "unauthorized", status: 401, body: "", verdict: "Blocked" }
]

const thin: ReadonlyArray<CorpusPage> = [
  {
    name: "shell",
    headers: html,
    body:
      "<!doctype html><html><head><title>Alder desk lamp</title></head><body><div id=\"root\"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src=\"/main.js\"></script></body></html>",
    verdict: "Thin"
  },
  ...Object.entries(frames).map(([name, frame]): CorpusPage => ({
    name: `thin-${name}`,
    headers: html,
    body: frame("A lamp", "<h1>A lamp</h1><p>Coming soon.</p>"),
    verdict: "Thin"
  })),
  { name: "nothing", headers: html, body: "", verdict: "Thin" }
]

const others: ReadonlyArray<CorpusPage> = [
  {
    name: "alder-desk-lamp",
    status: 302,
    headers: { location: "/" },
    body: "",
    verdict: "Moved"
  },
  {
    name: "brass-floor-lamp",
    status: 301,
    headers: { location: "/category/garden-chairs" },
    body: "",
    verdict: "Moved"
  },
  {
    name: "old-harbour-jacket",
    title: "Harbour jacket",
    status: 301,
    headers: { location: "/no-landmark-related" },
    body: "",
    verdict: "found"
  },
  {
    name: "gone-elsewhere",
    status: 302,
    headers: { location: "/404.html" },
    body: "",
    verdict: "SoftNotFound"
  },
  {
    name: "image",
    headers: { "content-type": "image/png" },
    body: Buffer.from([0x89, 0x50]),
    verdict: "Unsupported"
  },
  {
    name: "pdf",
    headers: { "content-type": "application/pdf" },
    body: "%PDF-1.7",
    verdict: "Unsupported"
  },
  {
    name: "wrong-charset",
    headers: { "content-type": "text/html; charset=klingon" },
    body: "<p>x</p>",
    verdict: "Unsupported"
  },
  { name: "huge", headers: html, body: "x".repeat(3_000_000), verdict: "TooLarge" },
  { name: "overloaded", status: 503, body: "", verdict: "Network" },
  { name: "limited", status: 429, body: "", verdict: "RateLimited" },
  { name: "forever", status: 302, headers: { location: "/forever" }, body: "", verdict: "Refused" },
  {
    name: "to-a-file",
    status: 302,
    headers: { location: "file:///etc/passwd" },
    body: "",
    verdict: "Refused"
  }
]

const filler =
  "<p>Everything for house and garden, chosen with care, and delivered within three days to your door. We have been selling furniture since 1987, and our customers come back, year after year, for another chair, another lamp or another table.</p>"
    .repeat(3)

/** Where the redirects lead. */
export const targets: ReadonlyArray<CorpusPage> = [
  {
    name: "",
    headers: html,
    body: semantic("Acme – house and garden", `<h1>Welcome</h1>${filler}`),
    verdict: "found"
  },
  {
    name: "category/garden-chairs",
    headers: html,
    body: semantic("Garden chairs", `<h1>Garden chairs</h1>${filler}`),
    verdict: "found"
  },
  {
    name: "404.html",
    headers: html,
    body: semantic("Acme", "<p>Have a look at our new chairs.</p>"),
    verdict: "Thin"
  }
]

export const emptyPages: ReadonlyArray<CorpusPage> = [...missing, ...walls, ...thin, ...others]
