// What one source came to: a text, or the reason why there is none, and what was found in it.
import { digest } from "../Digest.ts"
import type { EvidenceFinding, EvidenceMiss, EvidenceSource, SourceKind } from "./Evidence.ts"
import { findInstructions } from "./Instructions.ts"

export interface Gathered {
  readonly sources: ReadonlyArray<EvidenceSource>
  readonly misses: ReadonlyArray<EvidenceMiss>
  readonly findings: ReadonlyArray<EvidenceFinding>
}

export const missed = (
  kind: SourceKind,
  name: string,
  { cause, reason }: Pick<EvidenceMiss, "cause" | "reason">
): Gathered => ({ sources: [], misses: [{ kind, name, cause, reason }], findings: [] })

const noText = { cause: "Unsupported", reason: "there is no text in it" } as const

interface Text extends Omit<EvidenceSource, "id" | "hash"> {
  readonly hidden?: ReadonlyArray<string>
}

/** A text that is clean already. */
export const found = ({ hidden = [], ...text }: Text): Gathered => {
  if (text.text === "") return missed(text.kind, text.name, noText)
  const id = `${text.kind}:${text.name}`
  return {
    sources: [{ id, ...text, hash: digest(text.text) }],
    misses: [],
    // What the row and the job say is their owner's word.
    findings: text.kind === "row" || text.kind === "text"
      ? []
      : findInstructions(id, text.text, hidden)
  }
}

export const joined = (parts: ReadonlyArray<Gathered>): Gathered => ({
  sources: parts.flatMap(({ sources }) => sources),
  misses: parts.flatMap(({ misses }) => misses),
  findings: parts.flatMap(({ findings }) => findings)
})

/** Something else stood in for it. */
export const replaced = (gathered: Gathered): Gathered => ({
  ...gathered,
  misses: gathered.misses.map((miss) => ({ ...miss, isReplaced: true }))
})

/**
 * Marks the misses of required sources of which nothing came at all. `groups` says of each part which required source
 * it belongs to; a source may lead to several pages, and one of them is enough.
 */
export const withRequired = (
  parts: ReadonlyArray<Gathered>,
  groups: ReadonlyArray<number | undefined>
): ReadonlyArray<Gathered> => {
  const given = new Set(groups.filter((_, index) => (parts[index]?.sources.length ?? 0) > 0))
  return parts.map((part, index) =>
    groups[index] === undefined || given.has(groups[index]) ? part : {
      ...part,
      misses: part.misses.map((miss) => ({ ...miss, isRequired: true }))
    }
  )
}

/** One source that is declared twice, or under two fields, counts once. */
export const distinct = ({ findings, misses, sources }: Gathered): Gathered => {
  const seen = new Set<string>()
  return {
    sources: sources.filter(({ id }) => !seen.has(id) && seen.add(id)),
    misses,
    findings: [...new Map(findings.map((each) => [JSON.stringify(each), each])).values()]
  }
}
