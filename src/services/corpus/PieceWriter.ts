// What is on its way to the corpus file: pieces wait for each other, to be written together, and a file that takes nothing
// costs the next run the time to read the masters.
import * as Effect from "effect/Effect"
import type { Block, StoredPiece } from "./CorpusFile.ts"
import type { CorpusIndex } from "./CorpusIndex.ts"
import type { CorpusLog } from "./CorpusLog.ts"

/** Of pieces that no file takes so many are kept in memory: some 100 MB. */
const inMemoryMax = 50_000

export const makePieceWriter = (log: CorpusLog, index: CorpusIndex) => {
  let unwritten: Array<{ readonly entry: number; readonly piece: StoredPiece }> = []
  let isBroken = false

  /** What no file takes stays in memory; above a bound it is no longer known. */
  const keepInMemory = (batch: typeof unwritten): void => {
    for (const { entry } of batch) {
      if (index.inMemory > inMemoryMax) index.settle(entry, -1)
    }
  }

  /** Answers where the blocks begin; undefined where the file does not take them. */
  const append = Effect.fnUntraced(function*(
    blocks: ReadonlyArray<Block>
  ): Effect.fn.Return<ReadonlyArray<number> | undefined> {
    if (isBroken || blocks.length === 0) return undefined
    return yield* Effect.catch(log.append(blocks), (error) => {
      isBroken = true
      return Effect.as(
        Effect.logWarning(
          `the corpus file is not kept any more, the next run reads the masters instead: ${error.message}`
        ),
        undefined
      )
    })
  })

  return {
    append,
    /** Pieces that wait. */
    waiting: (): number => unwritten.length,
    isBroken: (): boolean => isBroken,
    add: (entry: number, piece: StoredPiece): void => {
      unwritten.push({ entry, piece })
    },
    flush: Effect.gen(function*() {
      const batch = unwritten
      unwritten = []
      const offsets = yield* append(batch.map(({ piece }) => ({ _tag: "Piece", piece })))
      if (offsets === undefined) keepInMemory(batch)
      else batch.forEach(({ entry }, at) => index.settle(entry, offsets[at]!))
    })
  }
}
