// Pages that stand before the page, as robots meet them: checks, captchas, logins, payment, consent, age.
import { labelled } from "./LabelledPage.ts"
import type { LabelledPage } from "./LabelledPage.ts"
import { shapes } from "./shapes.ts"

const bare = (title: string, body: string, head = "") =>
  `<!doctype html><html><head><title>${title}</title>${head}</head><body>${body}</body></html>`

const wall = (name: string, html: string, more: Partial<LabelledPage> = {}): LabelledPage =>
  labelled({ name: `wall-${name}`, html, label: "Blocked", ...more })

const orchestrated =
  "<script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8\"></script>"
const recaptcha =
  "<form><div class=\"g-recaptcha\" data-sitekey=\"x\"></div><button>Submit</button></form>"
const login =
  "<form action=\"/session\"><label>E-mail<input type=\"email\" name=\"user\"></label><label>Password<input type=\"password\" name=\"pass\"></label><button>Sign in</button></form>"
const priced =
  "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"headline\":\"Our lamp test\",\"isAccessibleForFree\":false,\"hasPart\":{\"@type\":\"WebPageElement\",\"isAccessibleForFree\":false,\"cssSelector\":\".paywall\"}}</script>"
const teaser =
  "<p>We tested eleven lamps for six weeks, on desks, on floors and beside beds. Some of them flickered, two of them hummed, and one of them fell apart when we moved it.</p><p>What we learned first is that light is easy and joints are hard. The cheapest lamp had the best light, and the dearest one had the best joints, and nobody had both.</p>"

const robots: ReadonlyArray<LabelledPage> = [
  wall(
    "cloudflare",
    bare(
      "Just a moment...",
      `<noscript>Enable JavaScript and cookies to continue</noscript>${orchestrated}`
    )
  ),
  wall("cloudflare-403", bare("Just a moment...", orchestrated), { status: 403 }),
  wall(
    "cloudflare-503",
    bare(
      "Please Wait... | Cloudflare",
      "<div class=\"cf-browser-verification\">Checking your browser before accessing acme.test.</div>"
    ),
    { status: 503 }
  ),
  wall("cloudflare-header", bare("acme.test", ""), {
    headers: { "content-type": "text/html", "cf-mitigated": "challenge" }
  }),
  wall(
    "cloudflare-text",
    bare(
      "Just a moment...",
      "<h1>acme.test</h1><p>Verifying you are human. This may take a few seconds.</p><p>acme.test needs to review the security of your connection before proceeding.</p>"
    )
  ),
  wall(
    "cloudflare-blocked",
    bare(
      "Attention Required! | Cloudflare",
      "<h1>Sorry, you have been blocked</h1><p>You are unable to access acme.test</p><h2>Why have I been blocked?</h2><p>This website is using a security service to protect itself from online attacks. The action you just performed triggered the security solution. There are several actions that could trigger this block including submitting a certain word or phrase, a SQL command or malformed data.</p>"
    )
  ),
  wall(
    "turnstile",
    bare(
      "acme.test",
      "<p>Verify you are human by completing the action below.</p><div class=\"cf-turnstile\"></div>"
    )
  ),
  wall(
    "recaptcha",
    bare("Security check", `<p>Please prove that you are not a robot.</p>${recaptcha}`)
  ),
  wall("recaptcha-alone", bare("acme.test", recaptcha)),
  wall(
    "hcaptcha",
    bare(
      "Are you a robot?",
      "<p>Please confirm you are a human by completing the captcha challenge below.</p><div class=\"h-captcha\"></div>"
    )
  ),
  wall(
    "amazon",
    bare(
      "Robot Check",
      "<h4>Enter the characters you see below</h4><p>Sorry, we just need to make sure you're not a robot. For best results, please make sure your browser is accepting cookies.</p><form method=\"get\" action=\"/errors/validateCaptcha\"><input></form>"
    )
  ),
  wall(
    "amazon-title",
    bare(
      "Amazon",
      "<h4>Type the characters you see in this image:</h4><form method=\"get\" action=\"/errors/validateCaptcha\"><input></form>"
    )
  ),
  wall(
    "google",
    bare(
      "https://search.test/",
      "<p>Our systems have detected unusual traffic from your computer network. This page checks to see if it's really you sending the requests, and not a robot.</p><form id=\"captcha-form\"><div class=\"g-recaptcha\"></div></form>"
    )
  ),
  wall(
    "datadome",
    bare(
      "acme.test",
      "<script>var dd={'rt':'c'}</script><script src=\"https://ct.captcha-delivery.com/c.js\"></script>"
    )
  ),
  wall("datadome-403", bare("acme.test", ""), {
    status: 403,
    headers: { "content-type": "text/html", "x-datadome": "protected" }
  }),
  wall(
    "perimeterx",
    bare(
      "Access to this page has been denied",
      "<div id=\"px-captcha\"></div><p>Press &amp; Hold to confirm you are a human (and not a bot).</p>"
    )
  ),
  wall("perimeterx-title", bare("Human Verification", "<p>Press and hold the button.</p>")),
  wall(
    "imperva",
    bare(
      "",
      "<iframe id=\"main-iframe\" src=\"/_Incapsula_Resource?CWUDNSAI=1\">Request unsuccessful. Incapsula incident ID: 42-17</iframe>"
    )
  ),
  wall(
    "distil",
    bare(
      "Pardon Our Interruption",
      "<h1>Pardon Our Interruption...</h1><p>As you were browsing something about your browser made us think you were a bot. There are a few reasons this might happen:</p><ul><li>You're a power user moving through this website with super-human speed.</li><li>You've disabled JavaScript in your web browser.</li></ul>"
    )
  ),
  wall(
    "akamai",
    bare(
      "Access Denied",
      "<h1>Access Denied</h1><p>You don't have permission to access \"http://acme.test/\" on this server.</p><p>Reference #18.2d351ab8</p>"
    )
  ),
  wall("akamai-403", bare("Access Denied", "<h1>Access Denied</h1>"), { status: 403 }),
  wall(
    "aws",
    bare(
      "Human Verification",
      "<script>window.gokuProps = {}</script><script src=\"https://x.token.awswaf.com/x/challenge.js\"></script>"
    )
  ),
  wall(
    "cloudfront",
    bare(
      "ERROR: The request could not be satisfied",
      "<h1>403 ERROR</h1><h2>The request could not be satisfied.</h2><p>Request blocked. We can't connect to the server for this app or website at this time.</p>"
    ),
    { status: 403 }
  ),
  wall(
    "sucuri",
    bare(
      "Sucuri WebSite Firewall - Access Denied",
      "<h1>Access Denied - Sucuri Website Firewall</h1><p>If you are the site owner, please whitelist your IP.</p>"
    )
  ),
  wall("vercel", bare("Vercel Security Checkpoint", "<p>We're verifying your browser</p>")),
  wall(
    "ddos-guard",
    bare(
      "DDoS-Guard",
      "<p>Checking your browser before accessing</p><script src=\"/.well-known/ddos-guard/js-challenge/index.js\"></script>"
    )
  ),
  wall(
    "wordfence",
    bare(
      "Your access to this site has been limited",
      "<h1>Your access to this site has been limited by the site owner</h1><p>Your access to this service has been limited. (HTTP response code 503)</p>"
    ),
    { status: 403 }
  ),
  wall(
    "country",
    bare("Acme", "<h1>Not available</h1><p>Sorry, this page is not available in your country.</p>")
  ),
  wall("blocked-ip", bare("Blocked", "<p>Your IP address has been blocked.</p>")),
  wall(
    "german",
    bare("Sicherheitsüberprüfung", "<p>Bitte bestätigen Sie, dass Sie kein Roboter sind.</p>")
  ),
  wall("forbidden", bare("403 Forbidden", "<h1>Forbidden</h1>"), { status: 403 }),
  wall("unauthorized", "", { status: 401 })
]

const people: ReadonlyArray<LabelledPage> = [
  ...shapes.map(([shape, frame]) =>
    wall(
      `login-${shape}`,
      frame("Sign in – Acme", `<h1>Sign in</h1><p>Members only.</p><div class="box">${login}</div>`)
    )
  ),
  wall("login-redirect", bare("Acme", `<h1>Welcome back</h1>${login}`), { path: "/account/login" }),
  wall(
    "login-german",
    bare("Anmelden | Acme", `<h1>Anmelden</h1>${login}<p>Neu hier? Jetzt registrieren.</p>`)
  ),
  wall(
    "login-sentence",
    bare("Alder desk lamp | Acme trade", `<p>Please log in to see prices and details.</p>${login}`)
  ),
  ...shapes.slice(0, 3).map(([shape, frame]) =>
    wall(
      `paywall-${shape}`,
      frame(
        "Our lamp test | Gazette",
        `<h1>Our lamp test</h1>${teaser}<div class="paywall"><p>Subscribe to continue reading.</p></div>`,
        priced
      ),
      { slug: "our-lamp-test", title: "Our lamp test" }
    )
  ),
  wall(
    "paywall-short",
    bare("Our lamp test", "<main><p>We tested eleven lamps.</p></main>", priced),
    { slug: "our-lamp-test", title: "Our lamp test" }
  ),
  wall(
    "paywall-box",
    bare(
      "Our lamp test",
      `<main><h1>Our lamp test</h1>${teaser}<div id="paywall-offer"><p>This article is for subscribers only.</p><p>Already a subscriber? Log in.</p></div></main>`
    ),
    { slug: "our-lamp-test", title: "Our lamp test" }
  ),
  wall(
    "consent-search",
    bare(
      "Before you continue to Search",
      "<h1>Before you continue</h1><p>We use cookies and data to deliver and maintain services, track outages, and measure audience engagement.</p><form><button>Reject all</button><button>Accept all</button></form>"
    )
  ),
  wall(
    "consent-german",
    bare(
      "Bevor Sie fortfahren",
      "<p>Wir verwenden Cookies und Daten, um Dienste bereitzustellen.</p>"
    )
  ),
  wall(
    "consent-pur",
    bare(
      "Mit Werbung weiterlesen",
      "<h1>Gazette mit Werbung nutzen</h1><p>Besuchen Sie unsere Seiten wie gewohnt mit Werbung und Tracking, oder nutzen Sie sie im Pur-Abo.</p><button>Akzeptieren und weiter</button>"
    )
  ),
  wall(
    "age",
    bare(
      "Age verification",
      "<h1>Are you over 18?</h1><p>You must be of legal drinking age to enter this site.</p><button>Yes</button><button>No</button>"
    )
  ),
  wall(
    "age-sentence",
    bare("Hop Brewery", "<p>Please enter your date of birth.</p><input type=\"date\">")
  )
]

export const wallPages: ReadonlyArray<LabelledPage> = [...robots, ...people]
