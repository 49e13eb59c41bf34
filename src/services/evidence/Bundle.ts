// What was gathered made one: the text for the prompt, the hash, and whether it is enough to write from.
import { digest } from "../Digest.ts"
import { cutText } from "./CleanText.ts"
import type { EvidenceBundle, EvidenceMiss, EvidenceSource } from "./Evidence.ts"

/** A short fact stays on the line of its name, anything longer stands under it. */
const block = ({ kind, name, text }: EvidenceSource): string => {
  const label = kind === "row" ? name : `${kind} ${name}`
  return kind === "row" && text.length <= 200 && !text.includes("\n")
    ? `${label}: ${text}`
    : `${label}:\n${text}`
}

type NotEnough = Extract<EvidenceBundle["outcome"], { readonly _tag: "NotEnough" }>

const causeOf = (
  sources: ReadonlyArray<EvidenceSource>,
  misses: ReadonlyArray<EvidenceMiss>
): NotEnough["cause"] => {
  // What passes comes first: another run may find enough.
  if (misses.some((miss) => miss.cause === "Timeout")) return "Timeout"
  if (misses.some((miss) => miss.cause === "RateLimited")) return "RateLimited"
  if (misses.some((miss) => miss.cause === "Network")) return "Network"
  return sources.length === 0 && misses.some((miss) => miss.cause === "NotFound")
    ? "NotFound"
    : "ThinEvidence"
}

const missesShownMax = 3

const reasonOf = (chars: number, minChars: number, misses: ReadonlyArray<EvidenceMiss>): string => {
  const measure = `${chars} characters of evidence, evidence.minChars asks for ${minChars}`
  const shown = misses.slice(0, missesShownMax).map(({ kind, name, reason }) =>
    `${kind} ${name}: ${reason}`
  )
  const rest = misses.length > missesShownMax
    ? [`${misses.length - missesShownMax} more sources gave nothing`]
    : []
  return [measure, ...shown, ...rest].join("; ")
}

export const bundle = (
  sources: ReadonlyArray<EvidenceSource>,
  misses: ReadonlyArray<EvidenceMiss>,
  limits: { readonly minChars: number; readonly maxChars: number }
): EvidenceBundle => {
  const chars = sources.reduce((sum, source) => sum + source.text.length, 0)
  return {
    sources,
    misses,
    findings: [],
    hash: digest(sources.map((source) => source.hash).join("\n")),
    text: cutText(sources.map(block).join("\n\n"), limits.maxChars),
    outcome: chars >= limits.minChars
      ? { _tag: "Enough" }
      : {
        _tag: "NotEnough",
        cause: causeOf(sources, misses),
        reason: reasonOf(chars, limits.minChars, misses)
      }
  }
}
