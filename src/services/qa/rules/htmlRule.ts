// Rule `html`: only the tags that are allowed, well formed, without scripts. Tags left open can be closed.
import { excerpt } from "../Finding.ts"
import { targetOf } from "../links/targetOf.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, type Remark, textsAt } from "./CompiledRule.ts"

const tagPattern = /<(\/?)([a-zA-Z][a-zA-Z0-9-]{0,30})((?:\s[^<>]{0,2000})?)>/y
const attributePattern =
  /\s+([a-zA-Z_:][\w:.-]{0,60})(?:\s{0,20}=\s{0,20}("[^"]{0,2000}"|'[^']{0,2000}'|[^\s"'=<>`]{1,2000}))?/y
const voids = new Set(["br", "hr", "img", "wbr"])
const linking = new Set(["href", "src"])
const attributes: { readonly [tag: string]: ReadonlyArray<string> } = {
  a: ["href", "title"],
  img: ["src", "alt", "title", "width", "height"],
  td: ["colspan", "rowspan"],
  th: ["colspan", "rowspan"],
  ol: ["start"]
}

interface Tag {
  readonly text: string
  readonly name: string
  readonly closes: boolean
  readonly rest: string
}

/** What stands between `<` and `>` as a tag; `undefined` entries are signs that begin markup and are none. */
const tagsOf = (text: string): ReadonlyArray<Tag | string> => {
  const tags: Array<Tag | string> = []
  for (let at = text.indexOf("<"); at !== -1; at = text.indexOf("<", at + 1)) {
    tagPattern.lastIndex = at
    const found = tagPattern.exec(text)
    if (found !== null) {
      const [whole, slash, name = "", rest = ""] = found
      tags.push({ text: whole, name: name.toLowerCase(), closes: slash === "/", rest })
    } else if (/[a-zA-Z/!?]/.test(text.charAt(at + 1))) tags.push(text.slice(at, at + 40))
  }
  return tags
}

const attributeFault = ({ name, rest }: Tag): string | undefined => {
  const body = rest.replace(/\s*\/?\s*$/, "")
  let at = 0
  while (at < body.length) {
    attributePattern.lastIndex = at
    const found = attributePattern.exec(body)
    if (found === null) return "has attributes that are not well formed"
    const [whole, attribute = "", value = ""] = found
    if (!(attributes[name] ?? []).includes(attribute.toLowerCase())) {
      return `may not have the attribute "${attribute}"`
    }
    const target = targetOf(value.replace(/^["']|["']$/g, ""))
    if (linking.has(attribute.toLowerCase()) && target._tag === "Scheme") {
      return `points to ${
        target.scheme === "" ? "no address" : `${target.scheme}:`
      }, which is not allowed`
    }
    at += whole.length
  }
  return undefined
}

/** Tags that are open at the end of the text, outermost first, and what is wrong before. */
const inspect = (text: string, allowed: ReadonlySet<string>) => {
  const open: Array<string> = []
  const faults: Array<{ readonly text: string; readonly message: string }> = []
  for (const tag of tagsOf(text)) {
    if (typeof tag === "string") {
      faults.push({ text: tag, message: "begins like a tag and is none; write &lt; for the sign" })
      continue
    }
    const { closes, name } = tag
    const wrong = allowed.has(name) ? closes ? undefined : attributeFault(tag) : "is not allowed"
    if (wrong !== undefined) faults.push({ text: tag.text, message: `<${name}> ${wrong}` })
    if (voids.has(name)) continue
    if (!closes) {
      if (!/\/\s*$/.test(tag.rest)) open.push(name)
    } else if (open.at(-1) === name) open.pop()
    else {
      const message = `</${name}> closes ${
        open.at(-1) === undefined ? "nothing" : `<${open.at(-1)}>`
      }`
      faults.push({ text: tag.text, message })
      const inner = open.lastIndexOf(name)
      if (inner !== -1) open.length = inner
    }
  }
  return { open, faults }
}

/** The tags that are left open closed, where nothing else is wrong with them. */
export const closeTags = (text: string, tags: ReadonlyArray<string>): string => {
  const { faults, open } = inspect(text, new Set(tags.map((tag) => tag.toLowerCase())))
  return faults.length > 0 ? text : text + open.toReversed().map((name) => `</${name}>`).join("")
}

export const htmlRule = (rule: RuleOf<"html">): CompiledRule => {
  const texts = textsAt(rule.field)
  const allowed = new Set((rule.tags ?? []).map((tag) => tag.toLowerCase()))
  return (input) =>
    texts(input).flatMap((leaf): ReadonlyArray<Remark> => {
      if (!leaf.text.includes("<")) return []
      const { faults, open } = inspect(leaf.text, allowed)
      const left = open.map((name) => ({ text: `<${name}>`, message: `<${name}> is not closed` }))
      return [...faults, ...left].map(({ message, text }) => ({
        field: leaf.pointer,
        text: excerpt(text),
        message
      }))
    })
}
