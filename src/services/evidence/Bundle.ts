// What was gathered made one: the text for the prompt, the hash, and whether it is enough to write from.
import { digest } from "../Digest.ts"
import type { EvidenceBundle, EvidenceFinding, EvidenceMiss, EvidenceSource } from "./Evidence.ts"
import { bounded } from "./Excerpt.ts"
import type { MissCause } from "./MissCause.ts"

/** A short field of the row stands on the line of its name. */
const isLine = ({ kind, text }: EvidenceSource): boolean =>
  kind === "row" && text.length <= 200 && !text.includes("\n")

const harmless = (text: string): string =>
  text.includes("<") ? text.replace(/<(?=\s*\/?\s*source\b)/gi, "&lt;") : text

const attributeText = (text: string): string => text.replace(/[\s"<>]+/g, " ")

/** What comes from elsewhere stands between marks that it cannot write itself. */
const block = (source: EvidenceSource, text: string): string => {
  if (isLine(source)) return `${source.name}: ${harmless(text)}`
  if (source.kind === "row") return `${source.name}:\n${harmless(text)}`
  return `<source id="${attributeText(source.id)}">\n${harmless(text)}\n</source>`
}

/** Room for each text: short ones whole, the long ones share evenly what is left. */
const shares = (sizes: ReadonlyArray<number>, charsMax: number): ReadonlyArray<number> => {
  const given = sizes.map(() => 0)
  const order = sizes.map((_, index) => index).sort((a, b) => sizes[a]! - sizes[b]!)
  let left = charsMax
  order.forEach((index, nth) => {
    const share = Math.max(0, Math.floor(left / (order.length - nth)))
    given[index] = Math.min(sizes[index]!, share)
    left -= given[index]
  })
  return given
}

const promptText = (sources: ReadonlyArray<EvidenceSource>, charsMax: number): string => {
  const whole = sources.map((source) => block(source, source.text)).join("\n\n")
  if (whole.length <= charsMax) return whole
  const marks = sources.map((source) => block(source, "").length + 2)
  const room = charsMax - marks.reduce((sum, size) => sum + size, 0)
  const texts = shares(sources.map(({ text }) => harmless(text).length), room)
  const blocks = sources.flatMap((source, index) => {
    const text = bounded(source.text, texts[index]!)
    return text === "" ? [] : [block(source, text)]
  })
  // More sources than there is room for their names.
  return bounded(blocks.join("\n\n"), charsMax)
}

type NotEnough = Extract<EvidenceBundle["outcome"], { readonly _tag: "NotEnough" }>
type Ending = Pick<NotEnough, "cause" | "missCause">

/** What passes comes first: another run may find enough. */
const passing = ["Timeout", "RateLimited", "Network"] as const
const absent = ["Moved", "SoftNotFound", "NotFound"] as const
/** Of these the first that occurs says best what can be done about it. */
const present = ["Blocked", "Refused", "TooLarge", "Unsupported", "Thin", ...absent] as const

const among = <C extends MissCause>(
  causes: ReadonlyArray<C>,
  misses: ReadonlyArray<EvidenceMiss>
): C | undefined => causes.find((cause) => misses.some((miss) => miss.cause === cause))

const endingOf = (
  sources: ReadonlyArray<EvidenceSource>,
  misses: ReadonlyArray<EvidenceMiss>
): Ending => {
  const passes = among(passing, misses)
  if (passes !== undefined) return { cause: passes, missCause: undefined }
  // Every row has a name: where it leads elsewhere, what is found there decides.
  const beyond = misses.filter(({ kind }) => kind !== "row")
  const asked = beyond.length > 0 ? beyond : misses
  const given = beyond.length > 0 ? sources.filter(({ kind }) => kind !== "row") : sources
  const none = among(absent, asked)
  // A page that is there and cannot be read is not one that is not there.
  return given.length === 0 && none !== undefined && among(["Blocked", "Thin"], asked) === undefined
    ? { cause: "NotFound", missCause: none }
    : { cause: "ThinEvidence", missCause: among(present, asked) }
}

const missesShownMax = 3

const told = (misses: ReadonlyArray<EvidenceMiss>): ReadonlyArray<string> => [
  ...misses.slice(0, missesShownMax).map(({ cause, kind, name, reason }) =>
    `${kind} ${name}: ${cause}: ${reason}`
  ),
  ...(misses.length > missesShownMax
    ? [`${misses.length - missesShownMax} more sources gave nothing`]
    : [])
]

const outcomeOf = (
  sources: ReadonlyArray<EvidenceSource>,
  misses: ReadonlyArray<EvidenceMiss>,
  minChars: number
): EvidenceBundle["outcome"] => {
  const required = misses.filter(({ isRequired }) => isRequired === true)
  if (required.length > 0) {
    const reason = ["a source that is required gave nothing", ...told(required)].join("; ")
    return { _tag: "NotEnough", ...endingOf([], required), reason }
  }
  const chars = sources.reduce((sum, source) => sum + source.text.length, 0)
  if (chars >= minChars) return { _tag: "Enough" }
  const measure = `${chars} characters of evidence, evidence.minChars asks for ${minChars}`
  const reason = [measure, ...told(misses)].join("; ")
  return { _tag: "NotEnough", ...endingOf(sources, misses), reason }
}

export const bundle = (
  sources: ReadonlyArray<EvidenceSource>,
  misses: ReadonlyArray<EvidenceMiss>,
  findings: ReadonlyArray<EvidenceFinding>,
  limits: { readonly minChars: number; readonly maxChars: number }
): EvidenceBundle => ({
  sources,
  misses,
  findings,
  hash: digest(sources.map((source) => source.hash).join("\n")),
  text: promptText(sources, limits.maxChars),
  outcome: outcomeOf(sources, misses, limits.minChars)
})
