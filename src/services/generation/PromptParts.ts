// The parts of a prompt file as templates, and how texts from outside stand in what they become.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Item } from "../items/Item.ts"
import type { ChatMessage } from "./Llm.ts"
import { PromptFault, readPromptFile } from "./PromptFile.ts"
import { compileTemplate, type PromptScope, type PromptTemplate } from "./PromptTemplate.ts"

/** A template that does not parse, or names what an item does not have. */
export class PromptError extends Schema.TaggedError<PromptError>()("PromptError", {
  file: Schema.String,
  slug: Schema.NullOr(Schema.String),
  /** Begins with `line n: ` where a line is at fault. */
  detail: Schema.String,
  /** The column that the prompt names and the row does not have, where that is the fault. */
  column: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    return this.slug === null
      ? `${this.file}: ${this.detail}`
      : `${this.file}: item "${this.slug}": ${this.detail}`
  }
}

/** A text from outside cannot close the tag that it stands in. */
const harmless = (tag: string, text: string): string =>
  text.includes("<") ? text.replace(new RegExp(`<(?=\\s*/?\\s*${tag}\\b)`, "gi"), "&lt;") : text

export const fenced = (tag: string, text: string): string =>
  `<${tag}>\n${harmless(tag, text)}\n</${tag}>`

export const scopeOf = (item: Item, evidence: EvidenceBundle): PromptScope => ({
  item: item.fields,
  slug: item.slug,
  evidence: evidence.text === "" ? "" : fenced("evidence", evidence.text),
  sources: evidence.sources.map(({ at, id, kind, name, text }) => ({
    id,
    kind,
    name,
    at,
    // For templates that write `<evidence>` around them by themselves.
    text: harmless("evidence", text)
  }))
})

export interface PromptParts {
  /** The templates of its parts as the file has them, system before user. */
  readonly templates: ReadonlyArray<string>
  /** `slug` is only named in the error. */
  readonly fill: (
    slug: string,
    scope: PromptScope
  ) => Effect.Effect<ReadonlyArray<ChatMessage>, PromptError>
}

const compile = (
  text: string,
  more: ReadonlyArray<"piece">
): ReadonlyArray<PromptTemplate> | PromptFault => {
  const parts = readPromptFile(text)
  if (parts instanceof PromptFault) return parts
  const templates: Array<PromptTemplate> = []
  for (const part of parts) {
    const template = compileTemplate(part, more)
    if (template instanceof PromptFault) return template
    templates.push(template)
  }
  return templates
}

const errorOf = (
  file: string,
  slug: string | null,
  { column, detail, line }: PromptFault
): PromptError =>
  new PromptError({ file, slug, detail: line === 0 ? detail : `line ${line}: ${detail}`, column })

/** `file` is only named in messages; `more`: what the templates may name beside the usual. */
export const compileParts = (
  file: string,
  text: string,
  more: ReadonlyArray<"piece"> = []
): Effect.Effect<PromptParts, PromptError> =>
  Effect.suspend(() => {
    const templates = compile(text, more)
    if (templates instanceof PromptFault) return Effect.fail(errorOf(file, null, templates))
    const fill: PromptParts["fill"] = (slug, scope) =>
      Effect.suspend(() => {
        const messages: Array<ChatMessage> = []
        for (const { render, role } of templates) {
          const content = render(scope)
          if (content instanceof PromptFault) return Effect.fail(errorOf(file, slug, content))
          messages.push({ role, content })
        }
        return Effect.succeed(messages)
      })
    return Effect.succeed({ templates: templates.map(({ source }) => source), fill })
  })
