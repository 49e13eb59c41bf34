// Ajv's errors said as findings: which field, which words, and what would be right.
import type { ErrorObject } from "ajv"
import { excerpt, type Finding } from "../qa/Finding.ts"

const valueAt = (root: unknown, pointer: string): unknown => {
  let value = root
  for (const segment of pointer.split("/").slice(1)) {
    const key = segment.replaceAll("~1", "/").replaceAll("~0", "~")
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as { readonly [key: string]: unknown })[key]
  }
  return value
}

const shown = (value: unknown): string => {
  if (value === undefined) return ""
  if (typeof value === "string") return excerpt(value)
  if (typeof value !== "object" || value === null) return excerpt(JSON.stringify(value))
  // Whole objects say little in 200 characters, and serialising them is not bounded.
  return Array.isArray(value)
    ? `an array of ${value.length}`
    : `an object with ${excerpt(Object.keys(value).join(", "), 150)}`
}

const params = (error: ErrorObject): { readonly [key: string]: unknown } => error.params

const sentence = (error: ErrorObject): string => {
  const given = params(error)
  switch (error.keyword) {
    case "required":
      return `the field "${String(given["missingProperty"])}" is missing`
    case "additionalProperties":
      return `there is no field "${
        String(given["additionalProperty"])
      }" in the schema; leave it out`
    case "unevaluatedProperties":
      return `there is no field "${
        String(given["unevaluatedProperty"])
      }" in the schema; leave it out`
    case "enum":
      return excerpt(`must be one of ${JSON.stringify(given["allowedValues"])}`, 400)
    case "const":
      return excerpt(`must be ${JSON.stringify(given["allowedValue"])}`, 400)
    default:
      return excerpt(error.message ?? `breaks "${error.keyword}"`, 400)
  }
}

/** At most 20, in the order of the schema, without the same words twice. */
export const schemaFindings = (
  value: unknown,
  errors: ReadonlyArray<ErrorObject>
): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const seen = new Set<string>()
  for (const error of errors) {
    if (findings.length === 20) break
    const message = sentence(error)
    const id = `${error.instancePath}\n${message}`
    if (seen.has(id)) continue
    seen.add(id)
    const missing = error.keyword === "required"
    findings.push({
      rule: "schema",
      field: error.instancePath,
      text: missing ? "" : shown(valueAt(value, error.instancePath)),
      message
    })
  }
  return findings
}
