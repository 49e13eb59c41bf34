// Pages that are there: shops, documentation, blogs, recipes, hotels, songs. Many are about what other verdicts look for.
import { labelled } from "./LabelledPage.ts"
import type { LabelledPage } from "./LabelledPage.ts"
import { shapes } from "./shapes.ts"

/** Slug, title of the page, first heading, and what it begins with. */
type Subject = readonly [slug: string, title: string, heading: string, opening: string]

const subjects: ReadonlyArray<Subject> = [
  [
    "alder-desk-lamp",
    "Alder desk lamp – Nordlicht",
    "Alder desk lamp",
    "A desk lamp with a foot of alder wood and an arm of steel. € 89.00, in stock."
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp – Nordlicht",
    "Alder desk lamp",
    "This product is no longer available. It was made until 2022, with a foot of alder wood."
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp | Sold out",
    "Alder desk lamp",
    "Currently unavailable. We don't know when this item will be back in stock."
  ],
  [
    "peugeot-404",
    "Peugeot 404 | Classic cars",
    "Peugeot 404",
    "The Peugeot 404 was built from 1960 to 1975, as a saloon, an estate and a convertible."
  ],
  [
    "room-404",
    "Hotel Room 404",
    "Room 404",
    "A double room on the fourth floor with a view of the harbour, 24 square metres."
  ],
  [
    "perfect-lamp",
    "Why the perfect lamp does not exist",
    "Why the perfect lamp does not exist",
    "Light is easy, joints are hard: the story of a search that took six years."
  ],
  [
    "vitamin-d",
    "Vitamin D: not found in vegetables",
    "Vitamin D: not found in vegetables",
    "The body makes it in the skin, from sunlight, and finds little of it in food."
  ],
  [
    "http-404",
    "404 Not Found - HTTP | Web docs",
    "404 Not Found",
    "The HTTP 404 Not Found client error response status code indicates that the server cannot find the requested resource."
  ],
  [
    "fix-page-not-found",
    "How to fix \"page not found\" errors",
    "How to fix page not found errors",
    "A page not found is a page that somebody wanted. Here is how to win them back."
  ],
  [
    "soft-404",
    "What is a soft 404? | SEO guide",
    "What is a soft 404?",
    "A soft 404 is a page that answers 200 and says that there is nothing."
  ],
  [
    "404-media",
    "404 Media",
    "404 Media",
    "A publication founded by journalists, about the ways in which technology shapes the world."
  ],
  [
    "page-not-found",
    "Page Not Found: a novel",
    "Page Not Found",
    "A librarian loses a book and finds, in its place, a page that belongs to no book at all."
  ],
  [
    "not-found-song",
    "Not Found (song) – Lyrics",
    "Not Found",
    "The second single of the band, recorded in one night in a cellar in Leeds."
  ],
  [
    "blocked-drains",
    "Blocked drains: what to do",
    "Blocked drains: what to do",
    "Boiling water first, then a plunger, and only then the telephone."
  ],
  [
    "captcha-song",
    "Captcha (song)",
    "Captcha",
    "The song was written in a queue at the town hall, on the back of a form."
  ],
  [
    "please-wait",
    "Please wait for me - album",
    "Please wait for me",
    "Eleven songs about trains, and one about the sea, recorded live in two days."
  ],
  [
    "login-guide",
    "Login to your account - how it works",
    "How logging in works",
    "You need an address and a password. This guide shows every step, with pictures."
  ],
  [
    "access-denied",
    "Access Denied (film, 1996)",
    "Access Denied",
    "A thriller about a night watchman who is locked into the building that he guards."
  ],
  [
    "captcha-guide",
    "How captchas work",
    "How captchas work",
    "A captcha asks visitors to prove that they are human: enter the characters you see below, it says."
  ],
  [
    "cloudflare-errors",
    "Error 1020: access denied – what it means",
    "What access denied means",
    "You have been blocked, says the page. Here is what visitors and owners can do."
  ],
  [
    "gone-girl",
    "Gone Girl | Books",
    "Gone Girl",
    "On their fifth wedding anniversary a woman disappears from a house by the river."
  ],
  [
    "missing-link",
    "Missing Link Brewing",
    "Missing Link Brewing",
    "A brewery in an old mill that makes nine beers, none of them pale."
  ],
  [
    "lost-bread",
    "Lost bread (pain perdu) – recipe",
    "Lost bread",
    "Stale bread, two eggs, a cup of milk and a little sugar are all that it takes."
  ],
  [
    "plum-cake",
    "Plum cake recipe",
    "Plum cake",
    "Two pounds of plums, a yeast dough, and crumbs of butter, flour and sugar."
  ],
  [
    "trattoria",
    "Trattoria al Porto – menu",
    "Trattoria al Porto",
    "Our house stands at the harbour and cooks what the boats bring in."
  ],
  [
    "we-moved",
    "We have moved!",
    "We have moved",
    "Our shop is now in Harbour Street 12, two doors from the old one, with more room."
  ],
  [
    "paywalls",
    "Are paywalls here to stay?",
    "Are paywalls here to stay?",
    "Subscribe to continue reading, says every second newspaper. Does it pay?"
  ],
  [
    "consent-law",
    "Before you continue: consent in law",
    "Consent in law",
    "What a form of consent must say, and what happens where it does not."
  ],
  [
    "age-checks",
    "Age verification in Europe",
    "Age verification in Europe",
    "Are you over 18? The question is simple, and the answers of the law are not."
  ],
  [
    "lamp-docs",
    "API reference – Lamp",
    "API reference",
    "Every call answers JSON. A call for a lamp that does not exist answers 404."
  ],
  [
    "readme-x",
    "x: a small library",
    "x",
    "Install it with npm. If the file is not found, an error is thrown with its path."
  ],
  [
    "forbidden-city",
    "Forbidden City – Travel",
    "Forbidden City",
    "Nine thousand rooms, one gate for visitors, and no shade in the great court."
  ],
  [
    "no-products",
    "No products were harmed",
    "No products were harmed",
    "A history of tests that companies do not like to talk about."
  ],
  [
    "sign-in-sheet",
    "Sign in sheet template",
    "Sign in sheet template",
    "A sheet for visitors, to print, with room for twenty names and times."
  ],
  [
    "security-check",
    "Security check at airports",
    "Security check at airports",
    "What may go into the cabin, and what is taken away, by country."
  ],
  [
    "regenjacke",
    "Regenjacke Hafen",
    "Regenjacke Hafen",
    "Eine leichte Regenjacke aus recyceltem Polyester, die in ihre eigene Tasche passt."
  ],
  [
    "seite-gefunden",
    "Als die Seite nicht gefunden wurde",
    "Als die Seite nicht gefunden wurde",
    "Eine Erzählung über ein Buch, aus dem jemand ein Blatt gerissen hat."
  ]
]

const sentences = [
  "It was first shown in a small room behind a bakery, where eleven people saw it and two of them bought one.",
  "Every part of it can be replaced, and spare parts are kept for twelve years after the last one was sold.",
  "It weighs 1.4 kg, stands 42 cm high, and can be taken apart with tools that everybody has at home.",
  "Those who know it well say that it gets better with use, and that it should be cleaned with water only.",
  "The people who make it answer letters themselves, on Fridays, and they like to be told what went wrong.",
  "In winter it is kept in the cellar, in summer it stands by the door, and nobody has ever asked why."
]

/** Between a short page and a long one. */
const lengths: ReadonlyArray<readonly [string, number]> = [["short", 2], ["middle", 8], [
  "long",
  24
]]

const text = (count: number): string =>
  Array.from({ length: count }, (_, n) => `<p>${sentences[n % sentences.length]}</p>`).join("")

export const realPages: ReadonlyArray<LabelledPage> = subjects.flatMap(
  ([slug, title, heading, opening], n) =>
    lengths.map(([length, count], nth) => {
      const [shape, frame] = shapes[(n + nth) % shapes.length]!
      return labelled({
        name: `real-${n}-${slug}-${length}-${shape}`,
        slug,
        title: heading,
        html: frame(title, `<h1>${heading}</h1><p>${opening}</p>${text(count)}`),
        label: "found"
      })
    })
)

/** Too little to write from, and nothing else the matter. */
export const thinPages: ReadonlyArray<LabelledPage> = shapes.flatMap(([shape, frame]) => [
  labelled({
    name: `thin-soon-${shape}`,
    html: frame("Alder desk lamp", "<h1>Alder desk lamp</h1><p>Coming soon.</p>"),
    label: "Thin"
  }),
  labelled({
    name: `thin-sold-${shape}`,
    html: frame("Alder desk lamp | Acme", "<h1>Alder desk lamp</h1><p>Sold out.</p>"),
    label: "Thin"
  }),
  labelled({
    name: `thin-shell-${shape}`,
    html: frame("Alder desk lamp", "<div id=\"root\"></div>"),
    label: "Thin"
  })
])
