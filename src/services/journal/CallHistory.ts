// What a data directory's journals say of how models have done so far, as writers and as judges: how long their answers
// are, how many pass, how many calls an answer takes. The newest journals are read, as many as a bound on their bytes lets in.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { listIfThere } from "../durability/FileIo.ts"
import { verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import type { Usage } from "../generation/Llm.ts"
import type { JudgeSettings } from "../judge/JudgeSettings.ts"
import { costOf } from "../spending/Cost.ts"
import { decodeEvent } from "./EventCodec.ts"
import type { Intent, JournalEvent, Response } from "./JournalEvent.ts"
import { runIdOf } from "./JournalNames.ts"

/** Of one model, as it was asked for; of one that judges, under one version of the judge's prompt. */
export interface ModelCalls {
  /** Of each answer whose usage the server counted, in a way that makes sense. */
  readonly outputTokens: ReadonlyArray<number>
  /** Of these answers together: what the server counted of their prompts, and what those are as UTF-8 bytes. */
  readonly inputTokens: number
  readonly promptBytes: number
  readonly answers: number
  /** Calls that may have been billed and brought no answer. */
  readonly lost: number
  readonly judged: number
  readonly accepted: number
}

const readBytesMax = 256 * 1024 * 1024
/** More of them say nothing new. */
const answersKeptMax = 20_000

export interface CallHistory {
  /** Of those that wrote pieces. */
  readonly byModel: ReadonlyMap<string, ModelCalls>
  /** Of the judge, if it was ever asked: none of its answers has a verdict. */
  readonly ofJudge: (judge: JudgeSettings) => ModelCalls | undefined
}

type Book = { -readonly [Key in keyof ModelCalls]: ModelCalls[Key] } & {
  outputTokens: Array<number>
}

interface Call {
  readonly book: Book
  readonly promptBytes: number
  readonly isJudges: boolean
}

const bytesOf = (messages: Intent["messages"]): number =>
  messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)

/** What the server counted; null also for a count that is on no bill, since the worst case was charged in its place. */
const countedOf = ({ completion, costNanoUsd, price }: Response): Usage | null => {
  const { serviceTier, usage } = completion
  if (usage === null || price === undefined) return usage
  return costOf(price, usage, serviceTier) === costNanoUsd ? usage : null
}

const bookIn = (books: Map<string, Book>, key: string): Book => {
  let book = books.get(key)
  if (book === undefined) {
    book = {
      outputTokens: [],
      inputTokens: 0,
      promptBytes: 0,
      answers: 0,
      lost: 0,
      judged: 0,
      accepted: 0
    }
    books.set(key, book)
  }
  return book
}

const judgeKey = (model: string, promptHash: string): string => `${promptHash} ${model}`

/** Memory follows the calls without a verdict. */
class CallBook implements CallHistory {
  readonly byModel = new Map<string, Book>()
  readonly #byJudge = new Map<string, Book>()
  readonly #calls = new Map<string, Call>()
  readonly #open = new Set<string>()

  readonly ofJudge: CallHistory["ofJudge"] = ({ prompt, rung }) =>
    this.#byJudge.get(judgeKey(rung.model, prompt.hash))

  enter(event: JournalEvent): void {
    if (event._tag === "intent") return this.#begin(event)
    const call = this.#calls.get(event.id)
    if (call === undefined) return
    const { book } = call
    switch (event._tag) {
      case "response": {
        this.#open.delete(event.id)
        if (call.isJudges) this.#calls.delete(event.id)
        book.answers++
        const usage = book.outputTokens.length < answersKeptMax ? countedOf(event) : null
        if (usage !== null) {
          book.outputTokens.push(usage.outputTokens)
          book.inputTokens += usage.inputTokens
          book.promptBytes += call.promptBytes
        }
        return
      }
      case "failure":
        this.#open.delete(event.id)
        this.#calls.delete(event.id)
        if (event.atRiskNanoUsd > 0) book.lost++
        return
      case "end":
        return
      case "verdict":
        this.#calls.delete(event.id)
        book.judged++
        if (event.accepted) book.accepted++
    }
  }

  /** A run is over: its calls without an answer were lost. */
  close(): void {
    for (const id of this.#open) {
      const call = this.#calls.get(id)
      if (call !== undefined) call.book.lost++
    }
    this.#open.clear()
  }

  /** Of how its model writes, a call of the judge tells nothing. */
  #begin({ id, judges, messages, model, promptHash }: Intent): void {
    const isJudges = judges !== undefined
    const book = isJudges
      ? bookIn(this.#byJudge, judgeKey(model, promptHash))
      : bookIn(this.byModel, model)
    this.#calls.set(id, { book, promptBytes: bytesOf(messages), isJudges })
    this.#open.add(id)
  }
}

/** Reads only; a data directory without journals has no history. */
export const readCallHistory: Effect.Effect<
  CallHistory,
  DiskError,
  DataDirectory | Disk
> = Effect.gen(function*() {
  const data = yield* DataDirectory
  const disk = yield* Disk
  const names = yield* listIfThere(disk, data.raw)
  const chosen: Array<string> = []
  let bytes = 0
  for (const name of names.toReversed()) {
    const runId = runIdOf(name)
    if (runId === undefined) continue
    const found = yield* disk.stat(journalPath(data, runId))
    bytes += Option.isSome(found) ? found.value.size : 0
    if (bytes > readBytesMax && chosen.length > 0) break
    chosen.unshift(runId)
  }
  const book = new CallBook()
  for (const runId of chosen) {
    yield* scanLines(journalPath(data, runId), {}, (line) => {
      if (verifyLine(line) !== "valid") return
      const event = decodeEvent(line)
      if (event !== undefined) book.enter(event)
    })
    book.close()
  }
  return book
})
