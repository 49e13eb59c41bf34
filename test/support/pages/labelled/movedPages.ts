// Redirects and addresses that pages give as their own: to the same thing elsewhere, and to another thing.
import { labelled } from "./LabelledPage.ts"
import type { LabelledPage } from "./LabelledPage.ts"
import { shapes } from "./shapes.ts"

const about = (thing: string) =>
  `<p>The ${thing} is made in a small workshop near the coast, where eleven people build it by hand from start to end. It weighs 1.4 kg and comes with a cable of 180 cm.</p><p>Every part can be replaced, and the workshop keeps spare parts for twelve years after the last one was sold.</p>`

/** Slug, the row's name, path asked for, path that answers, title, first heading. */
type Way = readonly [
  slug: string,
  name: string,
  from: string,
  to: string,
  title: string,
  heading: string
]

const same: ReadonlyArray<Way> = [
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder-desk-lamp",
    "/lamps/alder-desk-lamp",
    "Alder desk lamp | Acme",
    "Alder desk lamp"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/p/alder-desk-lamp",
    "/en/p/alder-desk-lamp",
    "Alder desk lamp | Acme",
    "Alder desk lamp"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/p/alder-desk-lamp",
    "/de/p/alder-desk-lamp",
    "Schreibtischlampe aus Erle",
    "Schreibtischlampe aus Erle"
  ],
  ["sku-123", "Alder lamp", "/p/123", "/p/123-lampe-aulne", "Lampe en aulne", "Lampe en aulne"],
  [
    "nl-4711",
    "Alder lamp",
    "/p/nl4711",
    "/produkt/lampe-nl4711",
    "Lampe aus Erlenholz",
    "Lampe aus Erlenholz"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder_desk_lamp.html",
    "/alder-desk-lamp/",
    "Alder Desk Lamps – Acme",
    "Alder desk lamp in wood"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/old/77",
    "/alder-desk-lamp-oiled",
    "Alder desk lamp, oiled",
    "Alder desk lamp, oiled"
  ],
  [
    "iphone-13",
    "Nova Phone 13",
    "/phones/13",
    "/nova-phone-13",
    "Nova Phone 13 – 128 GB",
    "Nova Phone 13"
  ],
  ["acme", "Acme", "/about", "/", "Acme – house and garden", "Acme"],
  [
    "harbour-jacket",
    "Harbour jacket",
    "/harbour-jaket",
    "/harbour-jacket",
    "Harbour jacket",
    "Harbour jacket"
  ],
  [
    "qc-45",
    "Sound QC 45 wireless over-ear headphones",
    "/qc45",
    "/headphones/qc45-black",
    "QC45 headphones | Sound",
    "Sound QC45 wireless headphones"
  ],
  [
    "vitamin-c",
    "Vitamin C",
    "/vitamin-c",
    "/supplements/vitamin-c-tablets",
    "Vitamin C tablets",
    "Vitamin C"
  ],
  [
    "pain-perdu",
    "Pain perdu",
    "/r/pain-perdu",
    "/recipes/pain-perdu-2024",
    "Pain perdu (lost bread)",
    "Pain perdu"
  ],
  [
    "cafe-creme",
    "Café Crème",
    "/cafe-creme",
    "/fr/caf%C3%A9-cr%C3%A8me",
    "Café Crème",
    "Café Crème"
  ],
  ["nordlicht-lamp", "北欧台灯", "/item/1", "/item/beiou", "北欧台灯官方旗舰店", "北欧台灯"],
  [
    "installing",
    "Installing the agent",
    "/docs/installing",
    "/docs/latest/setup/install-agent",
    "Installing the agent – Docs",
    "Installing the agent"
  ],
  [
    "earbuds-3",
    "Earbuds 3",
    "/earbuds-3",
    "/earbuds-3rd-generation",
    "Earbuds (3rd generation)",
    "Earbuds (3rd generation)"
  ],
  [
    "camera-r6",
    "Camera R6",
    "/camera-r6",
    "/cameras/camera-r6",
    "Camera R6 | Foto Pro",
    "Camera R6"
  ]
]

const other: ReadonlyArray<Way> = [
  [
    "iphone-13",
    "Nova Phone 13",
    "/nova-phone-13",
    "/nova-phone-14",
    "Nova Phone 14",
    "Nova Phone 14"
  ],
  [
    "nova-phone-13",
    "Nova Phone 13",
    "/nova-phone-13",
    "/nova-phone-13-pro",
    "Nova Phone 13 Pro",
    "Nova Phone 13 Pro"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder-desk-lamp",
    "/alder-floor-lamp",
    "Alder floor lamp",
    "Alder floor lamp"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder-desk-lamp",
    "/desk-lamps",
    "Desk lamps",
    "Desk lamps"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/lamps/alder-desk-lamp",
    "/lamps",
    "Lamps for every desk",
    "Lamps"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder-desk-lamp",
    "/",
    "Acme – house and garden",
    "Welcome"
  ],
  ["alder-desk-lamp", "Alder desk lamp", "/alder-desk-lamp", "/", "Acme – lamps", ""],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder-desk-lamp",
    "/sale",
    "Sale: up to 50 % off",
    "Sale"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder-desk-lamp",
    "/search",
    "Search results for: alder desk lamp",
    "Search results for: alder desk lamp"
  ],
  [
    "alder-desk-lamp",
    "Alder desk lamp",
    "/alder-desk-lamp",
    "/suche",
    "Suchergebnisse",
    "Suchergebnisse: alder desk lamp"
  ],
  [
    "brass-floor-lamp",
    "Brass floor lamp",
    "/brass-floor-lamp",
    "/category/garden-chairs",
    "Garden chairs",
    "Garden chairs"
  ],
  ["vitamin-c", "Vitamin C", "/vitamin-c", "/vitamin-d", "Vitamin D", "Vitamin D"],
  ["model-s", "Volt Model S", "/model-s", "/model-3", "Volt Model 3", "Model 3"],
  [
    "peugeot-404",
    "Peugeot 404",
    "/cars/peugeot-404",
    "/cars/peugeot-504",
    "Peugeot 504",
    "Peugeot 504"
  ],
  [
    "install-linux",
    "Installing on Linux",
    "/docs/install-linux",
    "/docs/install-windows",
    "Installing on Windows",
    "Installing on Windows"
  ],
  [
    "plum-cake",
    "Plum cake",
    "/recipes/plum-cake",
    "/recipes/apple-cake",
    "Apple cake",
    "Apple cake"
  ],
  [
    "harbour-hotel-berlin",
    "Harbour Hotel Berlin",
    "/hotels/harbour-hotel-berlin",
    "/hotels/harbour-hotel-hamburg",
    "Harbour Hotel Hamburg",
    "Harbour Hotel Hamburg"
  ],
  ["nordlicht-lamp", "北欧台灯", "/item/1", "/item/2", "北欧落地灯", "北欧落地灯"],
  ["kettle-900", "Kettle 900", "/kettle-900", "/kettles", "Kettles", "Our kettles"],
  [
    "node-18",
    "Node 18 release notes",
    "/blog/node-18",
    "/blog/node-22",
    "Node 22 release notes",
    "Node 22 release notes"
  ],
  ["wh-1000xm4", "Sound WH-1000XM4", "/wh-1000xm4", "/wh-1000xm5", "Sound WH-1000XM5", "WH-1000XM5"]
]

const pagesOf = (ways: ReadonlyArray<Way>, label: "found" | "Moved"): ReadonlyArray<LabelledPage> =>
  ways.flatMap(([slug, name, asked, path, title, heading], n) =>
    [n, n + 3].map((at) => {
      const [shape, frame] = shapes[at % shapes.length]!
      return labelled({
        name: `${label === "Moved" ? "moved" : "led"}-${n}-${shape}`,
        slug,
        title: name,
        asked,
        path,
        html: frame(title, `<h1>${heading}</h1>${about(heading)}${about("other one")}`),
        label
      })
    })
  )

const canonical = (href: string) => `<link rel="canonical" href="${href}">`

/** At their own address, with another one given as theirs. */
const stated: ReadonlyArray<LabelledPage> = [
  ["home", "/", "Alder desk lamp", "found"],
  ["home-foreign", "/", "Lampe de bureau", "found"],
  ["variant", "/catalogue/alder-desk-lamp-oiled", "Alder desk lamp", "found"],
  ["other-host", "https://cdn.test/catalogue/alder-desk-lamp", "Alder desk lamp", "found"],
  ["successor", "/catalogue/alder-desk-light", "Alder desk light", "Moved"],
  ["category", "/catalogue/chairs", "Garden chairs", "Moved"]
].map(([name = "", href = "", title = "", label]) =>
  labelled({
    name: `canonical-${name}`,
    html: shapes[0]![1](title, `<h1>${title}</h1>${about(title)}`, canonical(href)),
    label: label === "Moved" ? "Moved" : "found"
  })
)

export const movedPages: ReadonlyArray<LabelledPage> = [
  ...pagesOf(same, "found"),
  ...pagesOf(other, "Moved"),
  ...stated
]
