// Columns that a job names and no row of its input has: told before the first dollar, by `validate` and by every run.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { namedColumnsOf } from "../../services/evidence/Wanted.ts"
import type { NamedColumn } from "../../services/evidence/Wanted.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import type { Job } from "../../services/job/Job.ts"
import type { JobFault } from "../../services/job/JobError.ts"
import { nearest } from "../../services/Nearest.ts"
import { standIn } from "./standIn.ts"

const namesShownMax = 20

const knownAs = (column: string, names: ReadonlyArray<string>): string => {
  const near = nearest(column, names)
  return (near === undefined ? "" : `; did you mean "${near}"?`) +
    ` (rows have: ${names.slice(0, namesShownMax).join(", ")}${
      names.length > namesShownMax ? ", …" : ""
    })`
}

/** Those that no row has. Reads the rows only where not all columns are known, and no further than that takes. */
const absentOf = Effect.fnUntraced(function*(source: ItemSource, named: Iterable<string>) {
  const absent = new Set([...named].filter((name) => !source.columns.names.has(name)))
  if (absent.size > 0 && !source.columns.isWhole) {
    yield* source.items.pipe(
      Stream.takeWhile(() => absent.size > 0),
      Stream.runForEach(({ fields }) =>
        Effect.sync(() => {
          for (const name of absent) if (Object.hasOwn(fields, name)) absent.delete(name)
        })
      )
    )
  }
  return absent
})

const namedByRules = ({ rules: { rules } }: Pick<Job, "rules">): ReadonlyArray<NamedColumn> =>
  rules.flatMap((rule, index): ReadonlyArray<NamedColumn> => {
    if (rule.rule === "keyword") {
      return rule.from === undefined ? [] : [{ column: rule.from, setting: `qa[${index}].from` }]
    }
    const names = "nameFields" in rule ? rule.nameFields ?? [] : []
    return names.map((column, at) => ({ column, setting: `qa[${index}].nameFields[${at}]` }))
  })

/** Those that the settings name. */
export const unknownColumns = Effect.fnUntraced(function*(
  job: Pick<Job, "evidence" | "rules">,
  source: ItemSource
) {
  const named = [...namedColumnsOf(job.evidence), ...namedByRules(job)]
  const absent = yield* absentOf(source, named.map(({ column }) => column))
  const names = [...source.columns.names]
  return named.filter(({ column }) => absent.has(column)).map(({ column, setting }): JobFault => ({
    file: "job",
    line: 0,
    key: setting,
    message: `names the column "${column}", which no row has${knownAs(column, names)}`
  }))
})

/**
 * The first that the prompt names, and the first that the judge's does, found by trying them on a row that has every
 * column. What else may be wrong depends on the row, and is found when it is its turn.
 */
export const unknownVariables = Effect.fnUntraced(function*(
  { judge, prompt }: Pick<Job, "judge" | "prompt">,
  source: ItemSource
) {
  const row = { slug: "example", fields: source.columns.example, file: "", line: 0 }
  const tried = [
    yield* Effect.result(prompt.render(row, standIn, undefined)),
    ...(judge === null ? [] : [yield* Effect.result(judge.prompt.render(row, standIn, {}))])
  ]
  const faults: Array<JobFault> = []
  for (const rendered of tried) {
    if (rendered._tag === "Success") continue
    const { column, detail, file } = rendered.failure
    if (column === null || !(yield* absentOf(source, [column])).has(column)) continue
    faults.push({ file, line: 0, key: "", message: detail })
  }
  return faults
})
