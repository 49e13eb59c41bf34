// Rule `links`: addresses of allowed hosts, and those that stand in the item or its evidence; no others.
import { excerpt } from "../Finding.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, type Remark, type RuleInput, textsAt } from "./CompiledRule.ts"

const address =
  /\b(?:https?:\/\/|www\.)[^\s<>"'`{}|\\^]{1,2000}|\b(?:javascript|data|vbscript|file):[^\s<>"'`]{1,200}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/gi

/** What a sentence puts behind an address is no part of it. */
const bare = (found: string): string => {
  let end = found.length
  while (end > 0 && ".,;:!?)]*_".includes(found.charAt(end - 1))) {
    const open = found.charAt(end - 1) === ")" && found.slice(0, end).includes("(")
    if (open) break
    end--
  }
  return found.slice(0, end)
}

const hostOf = (found: string): string => {
  if (found.includes("@") && !/^https?:/i.test(found)) {
    return found.slice(found.lastIndexOf("@") + 1).toLowerCase()
  }
  const url = URL.parse(/^www\./i.test(found) ? `https://${found}` : found)
  return url === null || !/^https?:$/.test(url.protocol) ? "" : url.hostname.toLowerCase()
}

const comparable = (found: string): string =>
  found.toLowerCase().replace(/^https?:\/\//, "").replace(/^www\./, "").replace(/\/$/, "")

const knownIn = (input: RuleInput): (found: string) => boolean => {
  const texts = [
    JSON.stringify(input.item.fields),
    ...input.evidence.sources.flatMap(({ name, text, url = "" }) => [name, url, text])
  ]
  let known: Set<string> | undefined
  return (found) => {
    known ??= new Set(
      texts.flatMap((text) => text.match(address) ?? []).map((each) => comparable(bare(each)))
    )
    return known.has(comparable(found))
  }
}

export const linksRule = (rule: RuleOf<"links">): CompiledRule => {
  const texts = textsAt(rule.field)
  const hosts = (rule.hosts ?? []).map((host) => host.toLowerCase())
  const { fromEvidence = true } = rule
  const isAllowed = (host: string): boolean =>
    hosts.some((each) => host === each || host.endsWith(`.${each}`))
  return (input) => {
    const known = knownIn(input)
    return texts(input).flatMap((leaf): ReadonlyArray<Remark> =>
      [...leaf.text.matchAll(address)].map(([found]) => bare(found)).flatMap((found) => {
        const host = hostOf(found)
        if (host !== "" && (isAllowed(host) || (fromEvidence && known(found)))) return []
        const message = fromEvidence
          ? "the address is of no allowed host and stands neither in the item nor in its evidence; leave it out"
          : "the address is of no allowed host; leave it out"
        return [{ field: leaf.pointer, text: excerpt(found), message }]
      })
    )
  }
}
