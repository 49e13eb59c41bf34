// Columns that a job names and no row of its input has: told before the first dollar, by `validate` and by every run.
import * as Effect from "effect/Effect"
import { namedColumnsOf } from "../../services/evidence/Wanted.ts"
import type { NamedColumn } from "../../services/evidence/Wanted.ts"
import type { Columns } from "../../services/items/Columns.ts"
import type { Job } from "../../services/job/Job.ts"
import type { JobFault } from "../../services/job/JobError.ts"
import { nearest } from "../../services/Nearest.ts"
import { standIn } from "./standIn.ts"

const namesShownMax = 20

const knownAs = (column: string, { names }: Columns): string => {
  const near = nearest(column, names)
  return (near === undefined ? "" : `; did you mean "${near}"?`) +
    ` (rows have: ${names.slice(0, namesShownMax).join(", ")}${
      names.length > namesShownMax ? ", …" : ""
    })`
}

const namedByRules = ({ rules: { rules } }: Pick<Job, "rules">): ReadonlyArray<NamedColumn> =>
  rules.flatMap((rule, index): ReadonlyArray<NamedColumn> => {
    if (rule.rule === "keyword") {
      return rule.from === undefined ? [] : [{ column: rule.from, setting: `qa[${index}].from` }]
    }
    const names = "nameFields" in rule ? rule.nameFields ?? [] : []
    return names.map((column, at) => ({ column, setting: `qa[${index}].nameFields[${at}]` }))
  })

/** Those that the settings name. */
export const unknownColumns = (
  job: Pick<Job, "evidence" | "rules">,
  columns: Columns
): ReadonlyArray<JobFault> =>
  [...namedColumnsOf(job.evidence), ...namedByRules(job)]
    .filter(({ column }) => !columns.has(column))
    .map(({ column, setting }) => ({
      file: "job",
      line: 0,
      key: setting,
      message: `names the column "${column}", which no row has${knownAs(column, columns)}`
    }))

/**
 * The first that the prompt names, found by trying it on a row that has every column. What else may be wrong depends on
 * the row, and is found when it is its turn.
 */
export const unknownVariable = (
  { prompt }: Pick<Job, "prompt">,
  columns: Columns
): Effect.Effect<ReadonlyArray<JobFault>> =>
  Effect.match(
    prompt.render(
      { slug: "example", fields: columns.example, file: "", line: 0 },
      standIn,
      undefined
    ),
    {
      onSuccess: () => [],
      onFailure: ({ column, detail, file }) =>
        column === null || columns.has(column) ? [] : [{ file, line: 0, key: "", message: detail }]
    }
  )
