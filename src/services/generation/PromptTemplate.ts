// One Liquid template, strict and bounded: no files, no clock, no chance, no prototypes, no second rendering.
import { Liquid, LiquidError, type Template } from "liquidjs"
import { nearest } from "../Nearest.ts"
import { PromptFault, type PromptPart } from "./PromptFile.ts"

/** What a template may name. */
const variables = ["item", "slug", "evidence", "sources"] as const

/** `piece` is for the judge's prompt alone. */
export type PromptScope = { readonly [name in (typeof variables)[number]]: unknown } & {
  readonly piece?: string
}

const templateCharsMax = 1_000_000
const renderMsMax = 10_000
const memoryUnitsMax = 50_000_000
const rendersMax = 100_000

/** Tags that would read files. */
const fileTags = ["include", "render", "layout", "block"]
/** Filters whose answer changes from call to call: two equal items must give two equal prompts. */
const unstableFilters = ["sample"]
const dateFilters = [
  "date",
  "date_to_xmlschema",
  "date_to_rfc822",
  "date_to_string",
  "date_to_long_string"
]

/** Liquid's own type asks for text, but it prints whatever scalar comes back. */
const scalarOnly = (value: unknown): string => {
  if (Array.isArray(value)) {
    throw new Error("this is a list; write `| join: \", \"` or `| json` after it")
  }
  if (typeof value === "object" && value !== null) {
    throw new Error("this is an object; name one of its fields or write `| json`")
  }
  return value as string
}

const makeEngine = (): Liquid => {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `{% if item.x %}` and `| default:` are how a template says that a field is optional.
    lenientIf: true,
    ownPropertyOnly: true,
    templates: {},
    dynamicPartials: false,
    outputEscape: scalarOnly,
    timezoneOffset: 0,
    locale: "en-US",
    parseLimit: templateCharsMax,
    renderLimit: renderMsMax,
    memoryLimit: memoryUnitsMax
  })
  for (const tag of fileTags) delete liquid.tags[tag]
  for (const filter of unstableFilters) liquid.unregisterFilter(filter)
  for (const name of dateFilters) {
    const filter = liquid.filters[name]
    if (typeof filter !== "function") continue
    liquid.registerFilter(name, function(value, ...args) {
      if (value === "now" || value === "today") {
        throw new Error(`"${value}" would make every prompt a new one; put the date into the item`)
      }
      return filter.call(this, value, ...args)
    })
  }
  return liquid
}

const rowOf = (error: unknown): number => {
  return LiquidError.is(error) ? error.token.getPosition()[0] ?? 1 : 1
}

/** `item.specs.size` of "undefined variable: item.specs.size". */
const missingIn = (message: string): string | undefined =>
  /^undefined variable: (.+)$/.exec(message)?.[1]

const nextStep = (message: string, scope: PromptScope | undefined): string => {
  const missing = missingIn(message)
  if (missing === undefined) {
    const tag = /^tag "(\w+)" not found$/.exec(message)?.[1]
    return tag !== undefined && fileTags.includes(tag)
      ? `{% ${tag} %} is not available: a prompt is one file`
      : message
  }
  const field = /^item\.(.+)$/.exec(missing)?.[1]
  const fields = typeof scope?.item === "object" && scope.item !== null
    ? Object.keys(scope.item)
    : []
  if (field === undefined) return `{{ ${missing} }} is not there`
  const near = nearest(field, fields)
  const known = fields.slice(0, 20).join(", ") + (fields.length > 20 ? ", …" : "")
  return `{{ ${missing} }}: the item has no field "${field}"${
    near === undefined ? "" : `; did you mean "item.${near}"?`
  } ` +
    `(it has: ${known}). Where it may be missing write {{ ${missing} | default: "" }} or {% if ${missing} %}`
}

const faultOf = (error: unknown, part: PromptPart, scope: PromptScope | undefined): PromptFault => {
  const message = LiquidError.is(error)
    ? error.originalError?.message ?? error.message
    : String(error)
  // Liquid appends its own line, counted from the part's start.
  const plain = message.replace(/, line:\d+, col:\d+$/, "")
  return new PromptFault(
    part.firstLine + rowOf(error) - 1,
    nextStep(plain, scope).slice(0, 1000),
    /^item\.([^.]+)/.exec(missingIn(plain) ?? "")?.[1]
  )
}

export interface PromptTemplate {
  readonly role: PromptPart["role"]
  /** As the file has it. */
  readonly source: string
  readonly render: (scope: PromptScope) => string | PromptFault
}

const unknownVariable = (
  liquid: Liquid,
  parsed: Array<Template>,
  part: PromptPart,
  known: ReadonlyArray<string>
): PromptFault | undefined => {
  const { globals } = liquid.analyzeSync(parsed, { partials: false })
  for (const [name, uses] of Object.entries(globals)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    return new PromptFault(
      part.firstLine + (uses[0]?.location.row ?? 1) - 1,
      `there is no variable "${name}"; ${
        near === undefined
          ? `a field of the row is written {{ item.${name} }}`
          : `did you mean "${near}"?`
      } (known: ${known.join(", ")})`
    )
  }
  return undefined
}

/**
 * Parses the part once. Rendering is pure, and what it inserts is never read as a template. `more`: variables that it may
 * name besides.
 */
export const compileTemplate = (
  part: PromptPart,
  more: ReadonlyArray<"piece"> = []
): PromptTemplate | PromptFault => {
  const liquid = makeEngine()
  let parsed: Array<Template>
  try {
    parsed = liquid.parse(part.template)
    const unknown = unknownVariable(liquid, parsed, part, [...variables, ...more])
    if (unknown !== undefined) return unknown
  } catch (error) {
    return faultOf(error, part, undefined)
  }
  return {
    role: part.role,
    source: part.template,
    render: (scope) => {
      try {
        return String(liquid.renderSync(parsed, scope, { templateLimit: rendersMax }))
      } catch (error) {
        return faultOf(error, part, scope)
      }
    }
  }
}
