// Every address in a text: in its prose, in its tags' attributes, in its Markdown links.
import { namesHost } from "./domains.ts"
import type { LinkTarget } from "./targetOf.ts"
import { targetOf } from "./targetOf.ts"

export interface FoundAddress {
  /** As it is written. */
  readonly text: string
  readonly target: LinkTarget
}

/** A text without any of these has no address. */
const hint = /[^\s.][.:][^\s\d.,;:!?)\]"'’”]|@|\]\(|\]:|(?:href|src)\s*=/i

// In this order: with a scheme, `www.`, schemes that run something, mail, a bare host with or without a path.
const prose =
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"'`{}|\\^]{1,2000}|\bwww\.[^\s<>"'`{}|\\^]{1,2000}|\b(?:javascript|data|vbscript|file|blob):[^\s<>"'`]{1,200}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b|(?<![\p{L}\p{N}_@./:-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,6}[a-z]{2,20}(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}])(?::\d{1,5})?(?:[/?#][^\s<>"'`{}|\\^]{0,2000})?/giu
const attribute =
  /\b(?:href|src|srcset|action|formaction|poster|data|cite|background|longdesc|xlink:href)\s{0,20}=\s{0,20}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'=<>`]{1,2000}))/gi
const inline = /\]\(\s{0,20}<?([^\s()<>]{1,2000})/g
const definition = /^ {0,3}\[[^\]\n]{1,300}\]:\s{0,20}<?([^\s<>]{1,2000})/gm

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

const isMail = (text: string): boolean => /^[\w.+-]+@/.test(text)

const inProse = (text: string): FoundAddress | undefined => {
  if (isMail(text)) {
    return {
      text,
      target: { _tag: "Host", host: text.slice(text.lastIndexOf("@") + 1).toLowerCase() }
    }
  }
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text)) return { text, target: targetOf(text) }
  const end = text.search(/[/?#:]/)
  const host = end === -1 ? text : text.slice(0, end)
  // "the end.It goes on" names nothing: a host is written in small letters, or in capitals alone; ASP.NET is none.
  const isWww = /^www\./i.test(text)
  if (
    !isWww &&
    !namesHost(
      host === host.toUpperCase() && !host.endsWith(".NET") ? host.toLowerCase() : host,
      end !== -1
    )
  ) {
    return undefined
  }
  return { text, target: targetOf(`https://${text}`) }
}

const written = (text: string): ReadonlyArray<string> => [
  // `srcset` lists several, each with its size behind it.
  ...[...text.matchAll(attribute)].flatMap(([, double, single, plain]) =>
    (double ?? single ?? plain ?? "").split(/,(?=\s)/)
  ),
  ...[...text.matchAll(inline)].map(([, target = ""]) => target),
  ...[...text.matchAll(definition)].map(([, target = ""]) => target)
]

/** Each once. Places on the page's own site are none. */
export const addressesIn = (text: string): ReadonlyArray<FoundAddress> => {
  if (!hint.test(text)) return []
  const found = new Map<string, FoundAddress>()
  for (const match of text.match(prose) ?? []) {
    const address = inProse(bare(match))
    if (address !== undefined) found.set(address.text, address)
  }
  if (/[=\]]/.test(text)) {
    for (const each of written(text)) {
      const target = targetOf(each)
      if (target._tag !== "Own" && !found.has(each) && !found.has(bare(each))) {
        found.set(each, { text: each, target })
      }
    }
  }
  return [...found.values()]
}
