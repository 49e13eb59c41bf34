// Rule `markdown`: only the parts of Markdown that are allowed, each of them closed, and no HTML.
import { excerpt } from "../Finding.ts"
import type { MarkdownPart } from "../ruleTypes/formRules.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, type Remark, textsAt } from "./CompiledRule.ts"

// Every repetition is bounded, so that no text makes a search slow.
const signs: ReadonlyArray<readonly [MarkdownPart, RegExp]> = [
  ["headings", /^ {0,3}#{1,6}\s|^[^\S\n]{0,3}[^\s|][^\n|]{0,500}\n {0,3}(?:={2,}|-{2,})[^\S\n]*$/m],
  ["lists", /^\s{0,8}(?:[-*+]|\d{1,3}[.)])\s+\S/m],
  ["quotes", /^ {0,3}>/m],
  [
    "tables",
    /^ {0,3}\|[^\n]{1,500}\|\s*$|^ {0,3}\|? {0,3}:?-{1,80}:? {0,3}(?:\| {0,3}:?-{1,80}:? {0,3}){1,50}\|?\s*$/m
  ],
  ["images", /!\[[^\]\n]{0,300}\]\(/],
  [
    "links",
    /(?<!!)\[[^\]\n]{1,300}\](?:\(|\[)|^ {0,3}\[[^\]\n]{1,300}\]:\s|<(?:https?:|mailto:)[^\s<>]{1,500}>/m
  ],
  ["bold", /\*\*[^\s*]|__[^\s_]/],
  [
    "italic",
    /(?<![*\w])\*[^\s*](?:[^*\n]{0,300}[^\s*])?\*(?![*\w])|(?<![_\w])_[^\s_](?:[^_\n]{0,300}[^\s_])?_(?![_\w])/
  ],
  ["strikethrough", /~~[^\s~]/],
  ["dividers", /^ {0,3}(?:(?:\*[ \t]{0,3}){3,80}|(?:-[ \t]{0,3}){3,80}|(?:_[ \t]{0,3}){3,80})$/m]
]
const tag = /<\/?[a-zA-Z][^<>\n:]{0,300}>/
const targetCharsMax = 2_000

/** A text without any of these signs has no Markdown. */
const anySign = /[#*_`~|<>[\]=\\]|^\s{0,8}(?:[-+]|\d{1,3}[.)])|^ {4}|^\t/m

/** The first link whose address does not end on its line. */
const openLink = (prose: string): string | undefined => {
  for (let at = prose.indexOf("]("); at !== -1; at = prose.indexOf("](", at + 1)) {
    let depth = 1
    let end = at + 2
    const stop = Math.min(prose.length, end + targetCharsMax)
    while (end < stop && depth > 0 && prose.charAt(end) !== "\n") {
      const sign = prose.charAt(end++)
      if (sign === "(") depth++
      else if (sign === ")") depth--
    }
    if (depth > 0) return prose.slice(at, end)
  }
  const reference = /\][[(][^\])\n]{0,300}$/m.exec(prose)
  return reference === null ? undefined : reference[0]
}

const blank = (code: string): string => code.replace(/[^\n]/g, " ")

/** Behind a blank line, or where the text begins. What stands so below a list is part of it. */
const indented = /(?:^|\n[^\S\n]*\n)(?: {4}|\t)[^\n]*\S/

/** Code and escaped signs out of the way, whether there is code, and whether a piece of it is left open. */
const withoutCode = (
  text: string
): { readonly prose: string; readonly open: boolean; readonly code: boolean } => {
  const fences = text.replace(/^ {0,3}(`{3}|~{3})[^]*?^ {0,3}\1[^\S\n]*$/gm, blank)
  const prose = fences.replace(/`[^`\n]{1,2000}`/g, blank)
  const open = prose.includes("`") || /^ {0,3}~{3}/m.test(prose)
  return {
    prose: prose.replace(/\\[!-/:-@[-`{-~]/g, "  "),
    open,
    code: prose !== text || open || (indented.test(prose) && !signs[1]![1].test(prose))
  }
}

const oddPairs = (prose: string, mark: string): boolean => prose.split(mark).length % 2 === 0

const pairs = [
  /\*{3}[^\s*][^*\n]{0,300}\*{3}|(?<![*\w])\*[^\s*](?:[^*\n]{0,300}[^\s*])?\*(?![*\w])/g,
  /_{3}[^\s_][^_\n]{0,300}_{3}|(?<![_\w])_[^\s_](?:[^_\n]{0,300}[^\s_])?_(?![_\w])/g
]
const openings = [/(?<![\w*])\*(?=[^\s*])/, /(?<![\w_])_(?=[^\s_])/]

/** An emphasis that begins and does not end on its line. */
const openEmphasis = (prose: string): string | undefined => {
  if (!/[*_]/.test(prose)) return undefined
  const rest = pairs.reduce((text, pair) => text.replace(pair, " "), prose)
  for (const opening of openings) {
    const found = opening.exec(rest)
    if (found !== null) return rest.slice(found.index, found.index + 40)
  }
  return undefined
}

export const markdownRule = (rule: RuleOf<"markdown">): CompiledRule => {
  const texts = textsAt(rule.field)
  const allowed = new Set<MarkdownPart>(rule.parts ?? [])
  return (input) =>
    texts(input).flatMap((leaf): ReadonlyArray<Remark> => {
      if (!anySign.test(leaf.text)) return []
      const { code, open, prose } = withoutCode(leaf.text)
      const remarks: Array<Remark> = []
      const say = (at: string, message: string) =>
        remarks.push({ field: leaf.pointer, text: excerpt(at, 80), message })
      if (code && !allowed.has("code")) say("`", "code is not allowed in Markdown here")
      if (open) say("`", "a piece of code is not closed")
      for (const [part, sign] of signs) {
        const found = allowed.has(part) ? null : sign.exec(prose)
        if (found !== null) say(found[0], `${part} are not allowed in Markdown here`)
      }
      if (oddPairs(prose, "**")) say("**", "bold text is not closed")
      else {
        const emphasis = openEmphasis(prose)
        if (emphasis !== undefined) say(emphasis, "an emphasis is not closed")
      }
      const link = openLink(prose)
      if (link !== undefined) say(link, "a link is not closed")
      const html = tag.exec(prose)
      if (html !== null) say(html[0], "HTML is not allowed in Markdown here")
      return remarks
    })
}
