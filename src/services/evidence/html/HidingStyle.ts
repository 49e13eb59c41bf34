// What style declarations hide, each in the way that it does.
import { colourOf, contrast } from "./Colour.ts"
import type { Colour } from "./Colour.ts"

type Declarations = ReadonlyMap<string, string>

/** Properties and values in lower case, the last of each. */
const declarationsOf = (style: string): Declarations => {
  const declared = new Map<string, string>()
  for (const part of style.slice(0, 5_000).split(";")) {
    const colon = part.indexOf(":")
    if (colon === -1) continue
    const value = part.slice(colon + 1).toLowerCase().replace(/!\s*important/, "").trim()
    declared.set(part.slice(0, colon).trim().toLowerCase(), value.replace(/\s+/g, " "))
  }
  return declared
}

const numberOf = (value: string): number => Number.parseFloat(value)

/** Farther than anything that a reader could scroll to. */
const isFarOff = (value: string): boolean => {
  const [, number = "", unit = ""] = /^(-\d*\.?\d+)([a-z%]*)/.exec(value) ?? []
  const far = Number.parseFloat(number)
  return unit === "px" || unit === ""
    ? far <= -300
    : unit === "em" || unit === "rem"
    ? far <= -25
    : far <= -100
}

const places = ["left", "top", "right", "bottom", "margin-left", "margin-top", "text-indent"]

const isMovedOff = (style: Declarations): boolean =>
  places.some((name) => isFarOff(style.get(name) ?? "")) ||
  [...(style.get("transform") ?? "").matchAll(/translate[xy3d]{0,2}\(([^)]{1,80})\)/g)]
    .some(([, shift = ""]) => shift.split(",").some((part) => isFarOff(part.trim())))

const isBehind = (style: Declarations): boolean =>
  numberOf(style.get("z-index") ?? "0") < 0 && /absolute|fixed/.test(style.get("position") ?? "")

const isTiny = (style: Declarations): boolean =>
  /^(?:0*\.?[01]?)(?:px|pt)$|^0(?:\.0\d*)?(?:em|rem|%|vw|vh)?$/.test(style.get("font-size") ?? "")

const isClipped = (style: Declarations): boolean =>
  /^rect\( ?[01]/.test(style.get("clip") ?? "") ||
  /^inset\( ?(?:[5-9]\d|100)%/.test(style.get("clip-path") ?? "") ||
  /^(?:circle|polygon)\( ?0/.test(style.get("clip-path") ?? "")

/** Pages let texts appear: at first they are transparent, and move to their place. */
const isAppearing = (style: Declarations): boolean =>
  ["transition", "animation", "animation-name", "will-change", "transform"].some((name) =>
    style.has(name)
  )

const isTransparent = (style: Declarations): boolean =>
  numberOf(style.get("opacity") ?? "1") <= 0.05 && !isAppearing(style)

/** Nobody sees it: nothing on the page shows it, as far as its style says. */
const isUnseen = (style: Declarations): boolean =>
  style.size > 0 &&
  (isMovedOff(style) || isBehind(style) || isTiny(style) || isClipped(style) ||
    isTransparent(style) || /scale[xy]?\( ?0 ?[,)]/.test(style.get("transform") ?? ""))

const isFlat = (style: Declarations): boolean =>
  ["height", "width", "max-height", "max-width"].some((name) =>
    /^[01](?:px)?$/.test(style.get(name) ?? "")
  ) && ["overflow", "overflow-x", "overflow-y"].some((name) =>
    /hidden|clip/.test(style.get(name) ?? "")
  )

/** Not there for now: a control of the page may show it. */
const isFolded = (style: Declarations): boolean =>
  style.size > 0 &&
  (style.get("display") === "none" || /^(?:hidden|collapse)$/.test(style.get("visibility") ?? "") ||
    style.get("content-visibility") === "hidden" || isFlat(style))

/** What an element puts behind its text; `"unknown"` where that is an image or a colour that is not known. */
const groundOf = (style: Declarations): Colour | "unknown" | undefined => {
  const value = style.get("background-color") ?? style.get("background")
  if (style.has("background-image")) return "unknown"
  if (value === undefined || /^(?:none|inherit|initial|unset)$/.test(value)) return undefined
  if (/url\(|gradient/.test(value)) return "unknown"
  const colour = colourOf(value)
  return colour === undefined ? "unknown" : colour[3] < 0.5 ? undefined : colour
}

/** How an element looks by its style: what of it is told, the others are as they would be without. */
export interface Look {
  /** Nothing on the page shows it. */
  readonly isUnseen: boolean
  /** A control of the page may show it. */
  readonly isFolded: boolean
  /** Of its text, where the same style says what is behind that and the two can be told apart, or does not say it. */
  readonly colour: Colour | undefined
  readonly ground: Colour | "unknown" | undefined
}

/** Less than this nobody reads. */
const contrastMin = 1.15

/** Whether text of this colour cannot be told from what is behind it. */
export const isCamouflaged = (colour: Colour, ground: Colour | "unknown"): boolean =>
  colour[3] <= 0.05 || (ground !== "unknown" && contrast(colour, ground) < contrastMin)

/** Text that is cut out of its background shows that. */
const isCutOut = (style: Declarations): boolean =>
  ["background-clip", "-webkit-background-clip"].some((name) => style.get(name) === "text")

export const lookOf = (style: string): Look => {
  const declarations = declarationsOf(style)
  const value = declarations.get("color")
  const colour = value === undefined || isCutOut(declarations) ? undefined : colourOf(value)
  const ground = groundOf(declarations)
  const isLost = colour !== undefined && ground !== undefined && isCamouflaged(colour, ground)
  return {
    isUnseen: isLost || isUnseen(declarations),
    isFolded: isFolded(declarations),
    colour,
    ground
  }
}

/** Whether the look says anything here. */
export const isTelling = ({ ground, isFolded, isUnseen }: Look): boolean =>
  isUnseen || isFolded || ground !== undefined

export const plainLook: Look = {
  isUnseen: false,
  isFolded: false,
  colour: undefined,
  ground: undefined
}
