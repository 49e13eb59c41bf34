// Every built-in rule as it is declared: its name, its parameters and what each of them may hold.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { decimal, oneOf, text, whole } from "../job/SettingTypes.ts"

const pattern = text(
  "a JSON pointer such as /title or /faq/*/answer, or * for every text of the piece"
)
const phrase = text("a phrase, as text")
const size = Schema.optionalKey(whole(0, 1_000_000))
const words = Schema.optionalKey(decimal(0, 10_000, "words"))
const share = (what: string) => Schema.optionalKey(decimal(0, 1, what))
const phrases = Schema.Array(phrase)

const block = Effect.succeed("block" as const)
const everywhere = Effect.succeed("*")

const severity = oneOf("block", "warn").pipe(Schema.withDecodingDefaultKey(block))
/** Of rules that can put right what they find. */
const repairable = oneOf("block", "warn", "repair").pipe(Schema.withDecodingDefaultKey(block))
const anyField = pattern.pipe(Schema.withDecodingDefaultKey(everywhere))
const field = pattern.pipe(
  Schema.annotateKey({ messageMissingKey: "is missing; name the field, such as /title" })
)
const required = <S extends Schema.Top>(type: S, message: string) =>
  type.pipe(Schema.annotateKey({ messageMissingKey: message }))

const common = {
  /** Names the rule in findings, records and reports; its kind unless it is given. */
  id: Schema.optionalKey(text("a name for the rule, such as faq-openers")),
  /** Stands before what the rule itself says. */
  message: Schema.optionalKey(text("a sentence for whoever reads the finding"))
}

/** What the `claims` rule looks for. */
export const claimKinds = ["numbers", "prices", "dates", "versions", "names"] as const
export type ClaimKind = (typeof claimKinds)[number]

/** What Markdown a text may hold. */
export const markdownParts = [
  "bold",
  "italic",
  "code",
  "links",
  "images",
  "lists",
  "headings",
  "quotes",
  "tables"
] as const
export type MarkdownPart = (typeof markdownParts)[number]

export const ruleTypes = {
  length: Schema.Struct({
    rule: Schema.Literal("length"),
    ...common,
    field,
    severity,
    minChars: size,
    maxChars: size,
    minWords: size,
    maxWords: size,
    minSentences: size,
    maxSentences: size,
    minParagraphs: size,
    maxParagraphs: size,
    minItems: size,
    maxItems: size,
    /** All texts of the field are measured as one. */
    together: Schema.optionalKey(Schema.Boolean)
  }),
  cadence: Schema.Struct({
    rule: Schema.Literal("cadence"),
    ...common,
    field,
    severity,
    minMeanWords: words,
    maxMeanWords: words,
    minSpreadWords: words,
    maxSentenceWords: words
  }),
  banned: Schema.Struct({
    rule: Schema.Literal("banned"),
    ...common,
    field: anyField,
    severity,
    phrases: Schema.optionalKey(phrases),
    patterns: Schema.optionalKey(phrases),
    /** Each phrase and pattern may stand so often in the field (default 0). */
    atMost: size
  }),
  required: Schema.Struct({
    rule: Schema.Literal("required"),
    ...common,
    field: anyField,
    severity,
    phrases: Schema.optionalKey(phrases),
    patterns: Schema.optionalKey(phrases),
    /** Each phrase and pattern must stand so often in the field (default 1). */
    atLeast: size
  }),
  keyword: Schema.Struct({
    rule: Schema.Literal("keyword"),
    ...common,
    field: anyField,
    severity,
    /** The keyword itself … */
    phrase: Schema.optionalKey(phrase),
    /** … or the row's field that holds it. */
    from: Schema.optionalKey(text("the name of a field of the row")),
    exactly: size,
    atLeast: size,
    atMost: size
  }),
  placeholder: Schema.Struct({
    rule: Schema.Literal("placeholder"),
    ...common,
    field: anyField,
    severity
  }),
  numbers: Schema.Struct({
    rule: Schema.Literal("numbers"),
    ...common,
    field: anyField,
    severity
  }),
  claims: Schema.Struct({
    rule: Schema.Literal("claims"),
    ...common,
    field: anyField,
    severity,
    kinds: Schema.optionalKey(Schema.Array(oneOf(...claimKinds))),
    /** Names and prices that may be said without a source. */
    allowed: Schema.optionalKey(phrases)
  }),
  quotes: Schema.Struct({
    rule: Schema.Literal("quotes"),
    ...common,
    field,
    severity,
    /** A shorter quote proves nothing (default 3). */
    minWords: size
  }),
  links: Schema.Struct({
    rule: Schema.Literal("links"),
    ...common,
    field: anyField,
    severity,
    /** Hosts that may be linked to, their subdomains with them. */
    hosts: Schema.optionalKey(Schema.Array(text("a host, such as example.com"))),
    /** Whether an address that stands in the item or its evidence may be given (default true). */
    fromEvidence: Schema.optionalKey(Schema.Boolean)
  }),
  html: Schema.Struct({
    rule: Schema.Literal("html"),
    ...common,
    field: anyField,
    severity: repairable,
    /** Tags that may stand there; none unless they are listed. */
    tags: Schema.optionalKey(Schema.Array(text("the name of a tag, such as strong")))
  }),
  markdown: Schema.Struct({
    rule: Schema.Literal("markdown"),
    ...common,
    field: anyField,
    severity,
    parts: Schema.optionalKey(Schema.Array(oneOf(...markdownParts)))
  }),
  language: Schema.Struct({
    rule: Schema.Literal("language"),
    ...common,
    field: anyField,
    severity,
    language: required(
      text("a language by its ISO 639-1 code, such as en"),
      "is missing; give its ISO 639-1 code, such as en"
    )
  }),
  readability: Schema.Struct({
    rule: Schema.Literal("readability"),
    ...common,
    field,
    severity,
    /** Flesch reading ease: 0 is hard, 100 easy, English only. */
    minEase: Schema.optionalKey(decimal(-100, 121)),
    maxEase: Schema.optionalKey(decimal(-100, 121))
  }),
  distinct: Schema.Struct({
    rule: Schema.Literal("distinct"),
    ...common,
    field,
    severity,
    /** The texts must begin in so many different ways. */
    minOpeners: size,
    /** Words that make an opener (default 2). */
    openerWords: size
  }),
  repetition: Schema.Struct({
    rule: Schema.Literal("repetition"),
    ...common,
    field: anyField,
    severity,
    /** Share of three-word runs that stood in the piece before (default 0.2). */
    maxShare: share("share of three-word runs")
  }),
  whitespace: Schema.Struct({
    rule: Schema.Literal("whitespace"),
    ...common,
    field: anyField,
    severity: repairable
  }),
  quotation: Schema.Struct({
    rule: Schema.Literal("quotation"),
    ...common,
    field: anyField,
    severity: repairable
  }),
  nearDuplicate: Schema.Struct({
    rule: Schema.Literal("nearDuplicate"),
    ...common,
    field: anyField,
    severity,
    /** Share of word runs that two pieces may have in common: Jaccard, at least 0.2 (default 0.4). */
    maxSimilarity: Schema.optionalKey(decimal(0.2, 1)),
    /** Words of a run (default 3). */
    shingleWords: Schema.optionalKey(whole(1, 10, "words"))
  }),
  reuse: Schema.Struct({
    rule: Schema.Literal("reuse"),
    ...common,
    field: anyField,
    severity,
    /** Share of the piece's sentences that may stand in other pieces (default 0.3). */
    maxShare: share("share of sentences"),
    /** A sentence counts when so many other accepted pieces have it (default 3). */
    seenIn: Schema.optionalKey(whole(1, 255, "pieces")),
    /** Shorter sentences are not counted (default 5). */
    minWords: size
  }),
  custom: Schema.Struct({
    rule: Schema.Literal("custom"),
    ...common,
    field: anyField,
    severity,
    use: required(
      text("a module's path such as ./rules/tone.ts, or the name of a rule that a layer gives"),
      "is missing; give a module's path such as ./rules/tone.ts, or the name of a rule that a layer gives"
    ),
    parameters: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
  })
}

export type RuleKind = keyof typeof ruleTypes
export type RuleOf<K extends RuleKind> = (typeof ruleTypes)[K]["Type"]

/**
 * A rule as the job declares it. A field is a JSON pointer pattern: `/title`, `/faq/*\/answer` (`*` stands for any one
 * key or index), or `*` for every text of the piece. A pattern covers all texts at or below what it names: `/faq` is
 * every text of the FAQ.
 */
export type Rule = { readonly [K in RuleKind]: RuleOf<K> }[RuleKind]

export const ruleKinds = Object.keys(ruleTypes) as ReadonlyArray<RuleKind>

/** What a rule is called in its findings. */
export const ruleId = (rule: Rule): string => rule.id ?? rule.rule
