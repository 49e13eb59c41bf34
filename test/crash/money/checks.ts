// What must hold after an act of a simulation: the server's account against the journals, and the masters by an audit.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Live from "../../../src/layers/Live.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import { paths } from "../../../src/services/durability/DataDirectory.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import { Audit } from "../../../src/services/master/Audit.ts"
import type { Books } from "./Books.ts"
import type { ModelServer } from "./ModelServer.ts"

export const check = (isTrue: boolean, what: string): void => {
  if (!isTrue) throw new Error(what)
}

const data = paths("/data")

/** What was billed and is not in the journals is listed as at risk, call by call and by its worst case. */
export const checkBills = (books: Books, { billed }: ModelServer): void => {
  books.update()
  const calls = [...books.calls.values()]
  for (const [hash, bills] of Map.groupBy(billed, (bill) => bill.hash)) {
    const own = calls.filter((call) => call.hash === hash)
    const answers = own.filter(({ isAnswered }) => isAnswered)
    const risked = own.filter(({ isAnswered, nanoUsd }) => !isAnswered && nanoUsd > 0)
    const slug = bills[0]?.slug
    check(answers.length <= 1, `I10: ${slug}: one request has ${answers.length} answers`)
    check(
      bills.length - answers.length <= risked.length,
      `I10: ${slug}: billed ${bills.length} times, ${answers.length} answers, ${risked.length} at risk`
    )
    const booked = own.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0)
    const cost = bills.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0)
    check(cost <= booked, `I10: ${slug}: ${cost} is billed, ${booked} booked`)
  }
}

const auditOf = (store: MemoryStore, job: Job) =>
  Effect.flatMap(Audit, (audit) => audit.audit(undefined)).pipe(
    Effect.provide(
      Live.masters.pipe(Layer.provide([Live.settings(job), MemoryDisk.layer(store)]))
    ),
    Effect.orDie
  )

/** An audit finds nothing broken but, of I1, what was lost on purpose and was not accepted again. */
export const checkMasters = Effect.fnUntraced(function*(
  store: MemoryStore,
  job: Job,
  isLossKnown: boolean
) {
  const { checks } = yield* auditOf(store, job)
  for (const { examples, id, outcome, violations } of checks) {
    if (id === "I1" && isLossKnown) continue
    check(outcome !== "broken", `${id}: ${violations}: ${examples.join("; ")}`)
  }
})

/** Bit rot that was swept up: lines of both masters are gone, and nobody knows of it. Answers how many records. */
export const loseLines = Effect.fnUntraced(function*(store: MemoryStore) {
  const lost = new Set<string>()
  const idOf = (line: string): string | undefined => /"_meta":\{"id":"([^"]*)"/.exec(line)?.[1]
  const lines = (store.get(data.successes)?.toString() ?? "").split("\n").filter(Boolean)
  for (const line of lines) if (yield* Random.nextBoolean) lost.add(idOf(line) ?? "")
  for (const path of [data.updates, data.successes]) {
    const kept = (store.get(path)?.toString() ?? "").split("\n")
      .filter((line) => !lost.has(idOf(line) ?? "none"))
    if (lines.length > 0) store.put(path, kept.join("\n"))
  }
  // Its sizes would say that the files were cut off.
  if (lines.length > 0) store.put(data.appenderLock, "")
  return lost.size
})
