// Pages that stand before the page: captchas, browser challenges, logins, paywalls, consent. Told by how they are built.
//
// A word proves nothing: an article may be about captchas. What counts is a header, a script or form that only a wall
// has, or a title that only a wall has, and each of these only where hardly any other text is on the page.
export type Wall = "captcha" | "challenge" | "login" | "paywall" | "consent" | "denied"

export interface WallSigns {
  readonly status: number
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  /** The page's markup, or empty. */
  readonly html: string
  readonly title: string
  /** Where it was after redirects. */
  readonly url: string
  /** Characters of text that are no boilerplate. */
  readonly textChars: number
}

/** With more text than this something stands there to be read, whatever else does. */
const wallCharsMax = 1_500
const htmlCharsMax = 200_000

const structure: ReadonlyArray<readonly [Wall, RegExp]> = [
  [
    "challenge",
    /\/cdn-cgi\/challenge-platform\/|challenges\.cloudflare\.com|cf-browser-verification|cf_chl_opt|_Incapsula_Resource|ak_bmsc_challenge|awswaf\.com|aws-waf-token|ddos-guard/i
  ],
  [
    "captcha",
    /captcha-delivery\.com|px-captcha|(?:class|id)=["']?(?:g-recaptcha|h-captcha|cf-turnstile|captcha(?:-|_)?(?:form|box|container|challenge)?)["'\s>]|<form[^>]{0,300}(?:validatecaptcha|captcha)/i
  ]
]

const titles: ReadonlyArray<readonly [Wall, RegExp]> = [
  [
    "challenge",
    /^(?:just a moment|one moment, please|checking your browser|ddos.guard|please wait)/i
  ],
  [
    "captcha",
    /^(?:robot check|are you (?:a )?(?:human|robot)|verify (?:that )?you are (?:a )?human|human verification|security check|captcha)\b/i
  ],
  [
    "denied",
    /^(?:access (?:to this page has been )?denied|attention required|403\b|forbidden|request blocked|blocked\b|zugriff verweigert|accès refusé|acceso denegado)/i
  ],
  [
    "login",
    /^(?:(?:please )?(?:log|sign) ?in|login|anmelden|einloggen|connexion|iniciar sesión)\b/i
  ],
  [
    "consent",
    /^(?:before you continue|bevor sie fortfahren|avant de continuer|antes de continuar)/i
  ]
]

const passwordField = /<input[^>]{0,300}type=["']?password/i
const paywalled = /"isAccessibleForFree"\s*:\s*"?false/i
const loginPath = /\/(?:log-?in|sign-?in|auth|sso|account\/login)(?:[/?#.]|$)/i

export const wallOf = (signs: WallSigns): Wall | undefined => {
  const { headers, status, textChars, title, url } = signs
  if ((headers["cf-mitigated"] ?? "").toLowerCase() === "challenge") return "challenge"
  if (headers["x-datadome"] !== undefined && status >= 400) return "captcha"
  if (textChars > wallCharsMax) return undefined
  const html = signs.html.slice(0, htmlCharsMax)
  const built = structure.find(([, pattern]) => pattern.test(html))?.[0]
  const titled = titles.find(([, pattern]) => pattern.test(title.trim()))?.[0]
  // Sites embed captchas in forms of their own pages: beside real text only a title makes a wall of one.
  const isBare = textChars < 400 || status >= 400
  if (built !== undefined && (isBare || titled !== undefined)) return built
  if (titled === "login") return passwordField.test(html) ? "login" : undefined
  if (titled !== undefined && (isBare || titled === "consent")) return titled
  if (isBare && loginPath.test(URL.parse(url)?.pathname ?? "") && passwordField.test(html)) {
    return "login"
  }
  return paywalled.test(html) ? "paywall" : undefined
}

const told: { readonly [wall in Wall]: string } = {
  captcha: "a captcha",
  challenge: "a check of the browser",
  login: "a login",
  paywall: "a paywall",
  consent: "a consent form",
  denied: "a page that denies access"
}

export const wallReason = (wall: Wall): string => `${told[wall]} stands in its place`
