// What was gathered made one: the text for the prompt, the hash, and whether it is enough to write from.
import { digest } from "../Digest.ts"
import type { EvidenceBundle, EvidenceFinding, EvidenceMiss, EvidenceSource } from "./Evidence.ts"
import { bounded } from "./Excerpt.ts"

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

/** What passes comes first: another run may find enough. */
const passing = ["Timeout", "RateLimited", "Network"] as const
const absent: ReadonlySet<string> = new Set(["NotFound", "SoftNotFound", "Moved"])

const causeOf = (
  sources: ReadonlyArray<EvidenceSource>,
  misses: ReadonlyArray<EvidenceMiss>
): NotEnough["cause"] => {
  const passes = passing.find((cause) => misses.some((miss) => miss.cause === cause))
  if (passes !== undefined) return passes
  // Every row has a name: where it leads elsewhere, what is found there decides.
  const beyond = misses.filter(({ kind }) => kind !== "row")
  const asked = beyond.length > 0 ? beyond : misses
  const given = beyond.length > 0 ? sources.filter(({ kind }) => kind !== "row") : sources
  return given.length === 0 && asked.some(({ cause }) => absent.has(cause)) &&
      // A page that is there and cannot be read is not one that is not there.
      !asked.some(({ cause }) => cause === "Blocked" || cause === "Thin")
    ? "NotFound"
    : "ThinEvidence"
}

const missesShownMax = 3

const reasonOf = (chars: number, minChars: number, misses: ReadonlyArray<EvidenceMiss>): string => {
  const measure = `${chars} characters of evidence, evidence.minChars asks for ${minChars}`
  const shown = misses.slice(0, missesShownMax).map(({ cause, kind, name, reason }) =>
    `${kind} ${name}: ${cause}: ${reason}`
  )
  const rest = misses.length > missesShownMax
    ? [`${misses.length - missesShownMax} more sources gave nothing`]
    : []
  return [measure, ...shown, ...rest].join("; ")
}

export const bundle = (
  sources: ReadonlyArray<EvidenceSource>,
  misses: ReadonlyArray<EvidenceMiss>,
  findings: ReadonlyArray<EvidenceFinding>,
  limits: { readonly minChars: number; readonly maxChars: number }
): EvidenceBundle => {
  const chars = sources.reduce((sum, source) => sum + source.text.length, 0)
  return {
    sources,
    misses,
    findings,
    hash: digest(sources.map((source) => source.hash).join("\n")),
    text: promptText(sources, limits.maxChars),
    outcome: chars >= limits.minChars
      ? { _tag: "Enough" }
      : {
        _tag: "NotEnough",
        cause: causeOf(sources, misses),
        reason: reasonOf(chars, limits.minChars, misses)
      }
  }
}
