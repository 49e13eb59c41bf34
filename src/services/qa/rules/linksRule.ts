// Rule `links`: addresses of allowed hosts, and those that stand in the item or its evidence; no others.
import type { Facts } from "../facts/Facts.ts"
import { excerpt } from "../Finding.ts"
import { addressesIn, type FoundAddress } from "../links/addressesIn.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, type Remark, textsAt } from "./CompiledRule.ts"

const comparable = (found: string): string =>
  found.toLowerCase().replace(/^https?:\/\//, "").replace(/^www\./, "").replace(/\/$/, "")

const isHostAlone = (found: string): boolean => !/[/?#@]/.test(comparable(found))

/** The addresses of the item and its evidence: those of pages, and those that their texts name. */
const knownIn = ({ addresses, texts }: Facts): (found: FoundAddress) => boolean => {
  const all = [...addresses, ...texts.map(({ text }) => text)].flatMap(addressesIn)
  const known = new Set(all.map(({ text }) => comparable(text)))
  const hosts = new Set(all.map(({ target }) => target._tag === "Host" ? target.host : ""))
  return (found) =>
    found.target._tag === "Host" &&
    // Who may name a page may name its site.
    (known.has(comparable(found.text)) || (isHostAlone(found.text) && hosts.has(found.target.host)))
}

export const linksRule = (rule: RuleOf<"links">): CompiledRule => {
  const texts = textsAt(rule.field)
  const hosts = (rule.hosts ?? []).map((host) => host.toLowerCase())
  const { fromEvidence = true } = rule
  const isAllowed = ({ target }: FoundAddress): boolean =>
    target._tag === "Host" &&
    hosts.some((each) => target.host === each || target.host.endsWith(`.${each}`))
  const message = fromEvidence
    ? "the address is of no allowed host and stands neither in the item nor in its evidence; leave it out"
    : "the address is of no allowed host; leave it out"
  return (input) =>
    texts(input).flatMap((leaf): ReadonlyArray<Remark> =>
      addressesIn(leaf.text).filter((found) =>
        !isAllowed(found) && !(fromEvidence && input.facts().once(knownIn)(found))
      ).map(({ text }) => ({ field: leaf.pointer, text: excerpt(text), message }))
    )
}
