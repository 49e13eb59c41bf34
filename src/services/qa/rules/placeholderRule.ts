// Rule `placeholder`: what a model leaves where a fact should be, or says about itself. Code in backticks is exempt.
import { compileFieldPattern } from "../FieldPattern.ts"
import { excerpt } from "../Finding.ts"
import { anyOf } from "../Fold.ts"
import type { RuleOf } from "../RuleTypes.ts"
import type { CompiledRule, Remark } from "./CompiledRule.ts"

interface Leak {
  readonly what: string
  /** A quick look: where none of these stands in the folded piece, the pattern is not tried. */
  readonly hints: ReadonlyArray<string>
  readonly pattern: RegExp
}

// Every repetition is bounded and none is nested, so that no text makes a search slow.
const leaks: ReadonlyArray<Leak> = [
  {
    what: "an unfilled template",
    hints: ["{", "<%"],
    pattern: /\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}|<%[^%\n]{0,200}%>|\$\{[\w .]{1,60}\}/
  },
  {
    what: "a bracketed placeholder",
    hints: ["["],
    // A Markdown link with such a text, `[Your account](…)` or `[Your account]: …`, is none.
    pattern:
      /\[(?:(?:please )?(?:insert|fill in|add|enter|specify|replace)\b[^\][\n]{0,80}|(?:your|company|product|brand|business|customer|client|first|last|full|author|website|e-?mail|phone)[ _][^\][\n]{0,60}|(?:name|date|year|url|link|price|company|product|brand|number|placeholder|todo|tbd|tbc|unknown|citation needed)(?: here)?)\](?![([:])/i
  },
  {
    what: "a bracketed placeholder",
    hints: ["<"],
    pattern:
      /<(?:unknown|placeholder|todo|tbd|(?:insert|your)[ _-][^<>\n]{1,60}|(?:company|product|brand|first|last)[ _-]name)>/i
  },
  {
    what: "a note to fill in later",
    hints: ["todo", "fixme", "tbd", "tbc", "xxxx"],
    pattern:
      /(?:^|[\n:([{>.–—-])[ \t]{0,8}(?:TODO|FIXME)\b|\b(?:TODO|FIXME):|\b(?:TBD|TBC)\b|\bX{4,20}\b/
  },
  {
    what: "filler text",
    hints: ["lorem", "dolor"],
    pattern: /\blorem ipsum\b|\bdolor sit amet\b/i
  },
  {
    what: "the model speaking of itself",
    hints: [
      "language model",
      "an ai",
      "a ai",
      "artificial",
      "my ",
      "i'm sorry",
      "i cannot",
      "i can't"
    ],
    pattern:
      /\bas an? (?:large |ai )?language model\b|\bas an? (?:ai|artificial intelligence)(?: model| assistant| chatbot)?(?:,|\s+I\b|\s+I['’]m\b)|\bI(?:['’]m| am) (?:just |only )?an? (?:ai|language model)\b|\bmy (?:knowledge cut-?off|training data)\b|\bas of my last (?:knowledge )?(?:update|training)\b|\bI(?:['’]m sorry,? but I| cannot| can['’]t) (?:can['’]t |cannot )?(?:assist|help|fulfil+|provide|comply|browse|access)\b/i
  },
  {
    what: "a token of the model's own format",
    hints: ["<", "[/inst]", "[inst]"],
    pattern: /<\|[a-z_]{2,30}\|>|<\/?think>|\[\/?INST\]/i
  },
  {
    what: "a value that was never filled in",
    hints: ["[object object]"],
    pattern: /\[object Object\]/
  }
]

const anyHint = anyOf(leaks.flatMap(({ hints }) => hints))

const emptyWords = new Set([
  "undefined",
  "null",
  "nan",
  "placeholder",
  "unknown",
  "string",
  "text here",
  "...",
  "…",
  "-",
  "?"
])

const emptyWordCharsMax = 20

/** Code spans and blocks replaced by as many spaces. An unclosed backtick hides nothing. */
const withoutCode = (text: string): string =>
  text.includes("`")
    ? text.replace(/```[^]*?```|`[^`\n]+`/g, (code) => " ".repeat(code.length))
    : text

const leaksIn = (
  text: string,
  suspects: ReadonlyArray<Leak>
): ReadonlyArray<{ readonly what: string; readonly words: string }> => {
  const trimmed = text.length <= emptyWordCharsMax ? text.trim().toLowerCase() : ""
  if (emptyWords.has(trimmed)) return [{ what: "a value that was never filled in", words: text }]
  if (suspects.length === 0) return []
  const prose = withoutCode(text)
  return suspects.flatMap(({ pattern, what }) => {
    const found = pattern.exec(prose)
    return found === null ? [] : [{ what, words: found[0].trim() }]
  })
}

export const placeholderRule = (rule: RuleOf<"placeholder">): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  return ({ foldedWhole, leaves }) => {
    const remarks: Array<Remark> = []
    const whole = foldedWhole()
    const suspects = anyHint(whole)
      ? leaks.filter(({ hints }) => hints.some((hint) => whole.includes(hint)))
      : []
    for (const leaf of leaves) {
      if (leaf.kind !== "text" || !matches(leaf.segments)) continue
      for (const { what, words } of leaksIn(leaf.text, suspects)) {
        remarks.push({
          field: leaf.pointer,
          text: excerpt(words),
          message: `${what}; write the fact itself, or leave the sentence out where there is none`
        })
      }
    }
    return remarks
  }
}
