// Pages that stand before the page: captchas, browser challenges, logins, paywalls, consent, age. Told by two signs.
//
// A word proves nothing: an article may be about captchas, and a shop's form has one. What counts is a header, or markup
// that only a wall has, where hardly any text is; else two of these: a name that only a wall has, markup that walls
// share with ordinary pages, a sentence that asks the visitor to prove or to pay something.
import { folded, sentencesOf, titleParts } from "./PageNames.ts"

export type Wall = "captcha" | "challenge" | "login" | "paywall" | "consent" | "age" | "denied"

export interface WallSigns {
  readonly status: number
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  /** The page's markup, or empty. */
  readonly html: string
  readonly title: string
  /** Where it was after redirects. */
  readonly url: string
  /** The text that its readers see. */
  readonly text: string
  /** Characters of text that are no boilerplate. */
  readonly textChars: number
}

/** With more text than this something stands there to be read, whatever else does. */
const wallCharsMax = 1_500
/** Walls of their own markup say no more than this. */
const bareCharsMax = 400
const emptyCharsMax = 200
const loginCharsMax = 600
const htmlCharsMax = 200_000

type Pattern = readonly [Wall, RegExp]

/** Markup of a wall and of nothing else. */
const built: ReadonlyArray<Pattern> = [
  [
    "challenge",
    /\/cdn-cgi\/challenge-platform\/[^"'\s]{0,60}orchestrate|cf-browser-verification|_cf_chl_opt|cf-chl-widget|ak_bmsc_challenge|gokuProps|<iframe[^>]{0,200}_Incapsula_Resource|ddos-guard\.net\/check|\.well-known\/ddos-guard/i
  ],
  [
    "captcha",
    /(?:ct|geo)\.captcha-delivery\.com|(?:class|id)=["']?px-captcha|<form[^>]{0,300}validatecaptcha/i
  ]
]

/** Markup that ordinary pages have in their forms, and walls too. */
const shared: ReadonlyArray<Pattern> = [
  [
    "challenge",
    /challenges\.cloudflare\.com|_Incapsula_Resource|awswaf\.com|aws-waf-token|ddos-guard/i
  ],
  [
    "captcha",
    /(?:class|id)=["']?(?:g-recaptcha|h-captcha|cf-turnstile|captcha(?:-|_)?(?:form|box|container|challenge)?)["'\s>]|<form[^>]{0,300}captcha/i
  ]
]

/** What a part of the title is, whole and folded. */
const names: ReadonlyArray<Pattern> = [
  [
    "challenge",
    /^(?:just a (?:moment|second)|one moment,? please|(?:please )?wait(?: a moment)?|please wait(?: a moment)?|checking your browser(?: before .*)?|ddos.?guard|client challenge|security checkpoint|vercel security checkpoint|human verification|browser check|einen moment(?: bitte)?|un instant|un momento)\W*$/
  ],
  [
    "captcha",
    /^(?:robot check|are you (?:a )?(?:human|robot)|(?:please )?(?:verify|confirm) (?:that )?you(?:'re| are) (?:a )?(?:human|not a robot)|human verification|security (?:check|verification)|captcha|bot (?:check|detection)|pardon our interruption|request unsuccessful|unusual traffic|sicherheitsuberprufung|sicherheitsabfrage)\W*$/
  ],
  [
    "denied",
    /^(?:access (?:to this (?:page|site|resource) (?:has been |is )?)?(?:denied|blocked|restricted)|attention required|403(?: forbidden| error)?|(?:error )?403|forbidden|(?:request|you (?:have been|are)|ip|page) blocked|blocked|the request could not be satisfied|not allowed|zugriff (?:verweigert|gesperrt)|acces (?:refuse|interdit)|acceso denegado|accesso negato|toegang geweigerd|unauthorized|401(?: unauthorized)?)\W*$/
  ],
  [
    "login",
    /^(?:(?:please )?(?:log|sign)[ -]?in(?: (?:to|with|or) .{1,40})?|login|member(?:s)?(?: area| login)?|(?:customer |account )?log[ -]?in|anmelden|anmeldung|einloggen|connexion|se connecter|identifiez-vous|iniciar sesion|accedi|inloggen)\W*$/
  ],
  [
    "consent",
    /^(?:before you continue(?: to .{1,40})?|bevor sie (?:fortfahren|zu .{1,40} weitergehen)|avant de continuer|antes de continuar|prima di continuare|voordat je verdergaat|(?:weiterlesen )?mit werbung(?: weiterlesen)?|your privacy choices|privacy settings|cookie consent)\W*$/
  ],
  [
    "age",
    /^(?:age (?:verification|check|gate)|altersprufung|verify your age|are you (?:over )?(?:18|21))\W*$/
  ]
]

/** What a sentence of the page asks of its visitor, folded. */
const sentences: ReadonlyArray<Pattern> = [
  [
    "challenge",
    /\benable javascript and cookies to continue|\bchecking (?:if the site connection is secure|your browser)|\bneeds to review the security of your connection|\bverifying (?:that )?you are human|\bthis (?:process|check) is automatic|\bddos protection by|\bverify your browser|\bincapsula incident/
  ],
  [
    "captcha",
    /\b(?:verify|confirm|prove|show|check) (?:us )?(?:that )?you(?:'re| are) (?:a )?(?:human|not a (?:ro)?bot|a real person)|^.{0,40}\b(?:enter|type) the characters you see|\bcomplete the (?:security check|captcha|challenge)|\bsolve (?:this|the) (?:captcha|puzzle)|\bunusual (?:traffic|activity) from|\bmade us think (?:that )?you (?:were|are|might be) a (?:ro)?bot|\bpress (?:and|&) hold|\bi(?:'m| am) not a robot|\bbestatigen sie,? dass sie (?:kein roboter|ein mensch) sind|\bprouvez que vous n'etes pas un robot/
  ],
  [
    "denied",
    /^(?:your )?access (?:to .{1,60} )?(?:has been|is|was) (?:denied|limited|restricted)\b|\byou (?:don't|do not) have (?:permission|access|the rights) to (?:access|view)|^(?:sorry,? )?you have been blocked\W*$|\byour (?:ip|ip address|request|access|country|region)(?: \S+)? (?:has been|was|is) (?:blocked|denied|banned|restricted)|\bblocked by (?:the )?(?:security|network)|\bnot available in your (?:country|region|location)|\bkeine berechtigung/
  ],
  [
    "login",
    /\b(?:log|sign) in to (?:continue|view|see|access|read|your account)|\byou (?:must|need to|have to) (?:be )?(?:log(?:ged)? ?in|sign(?:ed)? ?in)|\b(?:members|subscribers|customers|registered users) only\b|\bplease (?:log|sign) in\b|\bmelden sie sich (?:an|bitte an)|\bconnectez-vous pour/
  ],
  [
    "paywall",
    /\b(?:subscribe|register|sign up|create (?:a |an )?(?:free )?account|become a (?:member|subscriber)|join) (?:now |today |here |for \S+ )?to (?:continue|keep|read|unlock|access|get|view|see)|\b(?:this|the) (?:article|story|content|post|page) is (?:only |exclusively )?(?:available |reserved )?(?:to|for) (?:our )?(?:paying |paid |premium )?(?:subscribers|members)|\bto (?:continue|keep) reading\b|\bcontinue reading with|\byou(?:'ve| have) (?:reached|read) your (?:limit|last|free)|\balready a (?:subscriber|member)|\bweiterlesen mit|\bjetzt (?:abonnieren|weiterlesen)|\b(?:reserve|reserves) aux abonnes|\bsubscribe to read/
  ],
  [
    "age",
    /\b(?:are you|you must be|confirm (?:that )?you are|i am) (?:over|at least|of legal|18|21|older)|\bplease (?:verify|confirm|enter) your (?:age|date of birth)|\bof legal drinking age|\bmindestens 18 jahre/
  ]
]

const passwordField = /<input[^>]{0,300}type=["']?password/i
const priced = /"isAccessibleForFree"\s*:\s*"?false/i
const payBox =
  /(?:class|id)=["'][^"']{0,100}\b(?:paywall|regwall|pay-?wall|subscription-?wall|piano-offer|tp-modal|metered)/i
const loginPath = /\/(?:log-?in|sign-?in|auth|sso|account\/login)(?:[/?#.]|$)/i
const aboutData = /cookie|tracking|werbung|publicité|privacy|personenbezogen|personal data/i
const consentHost = /^(?:consent|guce|cmp)\./i

const openingChars = 800
const endingChars = 500

const matching = (patterns: ReadonlyArray<Pattern>, text: string): Wall | undefined =>
  patterns.find(([, pattern]) => pattern.test(text))?.[0]

/** What the page asks, where it begins and where it ends: paywalls stand at the end. */
const asksFor = (text: string): ReadonlySet<Wall> => {
  const part = text.length > openingChars + endingChars
    ? `${text.slice(0, openingChars)}\n${text.slice(-endingChars)}`
    : text
  return new Set(
    sentencesOf(part).flatMap((sentence) => matching(sentences, folded(sentence)) ?? [])
  )
}

const robotWalls: ReadonlySet<Wall | undefined> = new Set(["captcha", "challenge", "denied"])

/** Before robots: these three look alike, and one's name goes with another's markup or sentence. */
const robotWall = (
  html: string,
  { status, textChars }: WallSigns,
  named: Wall | undefined,
  asks: ReadonlySet<Wall>
): Wall | undefined => {
  const isFailure = status >= 400
  const own = matching(built, html)
  const isNamed = robotWalls.has(named)
  if (own !== undefined && (textChars <= bareCharsMax || isNamed || isFailure)) return own
  const form = matching(shared, html)
  const asked = [...robotWalls].find((wall) => wall !== undefined && asks.has(wall))
  if (isNamed && (textChars <= emptyCharsMax || asked !== undefined || form !== undefined)) {
    return form ?? named
  }
  if (asked !== undefined && (form !== undefined || textChars <= emptyCharsMax)) {
    return form ?? asked
  }
  // Nothing but the box to tick.
  return form === "captcha" && textChars < 40 ? form : undefined
}

/** Before people: who is known, who pays, who agrees, who is old enough. */
const personWall = (
  html: string,
  { text, textChars, url }: WallSigns,
  named: Wall | undefined,
  asks: ReadonlySet<Wall>
): Wall | undefined => {
  const at = URL.parse(url)
  if (textChars <= loginCharsMax && passwordField.test(html)) {
    if (named === "login" || asks.has("login") || loginPath.test(at?.pathname ?? "")) return "login"
  }
  if (textChars <= emptyCharsMax && named === "login") return "login"
  const isConsent = named === "consent" && aboutData.test(text)
  if (isConsent || consentHost.test(at?.hostname ?? "")) return "consent"
  if (asks.has("age") && (named === "age" || textChars <= emptyCharsMax)) return "age"
  const isPriced = priced.test(html)
  if (isPriced && (textChars <= loginCharsMax || asks.has("paywall") || payBox.test(html))) {
    return "paywall"
  }
  return asks.has("paywall") && payBox.test(html) ? "paywall" : undefined
}

export const wallOf = (signs: WallSigns): Wall | undefined => {
  const { headers, status, textChars } = signs
  if ((headers["cf-mitigated"] ?? "").toLowerCase() === "challenge") return "challenge"
  if (headers["x-datadome"] !== undefined && status >= 400) return "captcha"
  if (textChars > wallCharsMax) return undefined
  const html = signs.html.slice(0, htmlCharsMax)
  const parts = titleParts(signs.title)
  // A wall's title is its own words, and the site's beside them. What says more is an article's.
  const named = parts.length > 2
    ? undefined
    : parts.map((part) => matching(names, folded(part))).find((wall) => wall !== undefined)
  const asks = asksFor(signs.text)
  return robotWall(html, signs, named, asks) ?? personWall(html, signs, named, asks)
}

const told: { readonly [wall in Wall]: string } = {
  captcha: "a captcha",
  challenge: "a check of the browser",
  login: "a login",
  paywall: "a paywall",
  consent: "a consent form",
  age: "a question for the visitor's age",
  denied: "a page that denies access"
}

export const wallReason = (wall: Wall): string => `${told[wall]} stands in its place`
