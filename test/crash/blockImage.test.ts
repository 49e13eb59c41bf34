// Disks that remember, and what a power cut makes of them: what was flushed is there, the rest by fate.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { BlockImage, lastFlush, piecesOf, tears } from "./blockImage.ts"
import type { BlockEvent, Keep } from "./blockImage.ts"

const size = 64 * 1024
const none: Keep = { tearBytes: undefined, keeps: () => false }
const all: Keep = { tearBytes: undefined, keeps: () => true }
const whole = (image: BlockImage): Buffer => image.read(0, image.size)

type Played = "flush" | { readonly at: number; readonly length: number; readonly byte: number }

const event: fc.Arbitrary<Played> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      at: fc.nat(size - 1),
      length: fc.integer({ min: 1, max: 9000 }),
      byte: fc.integer({ min: 1, max: 255 })
    })
  },
  { weight: 1, arbitrary: fc.constant("flush" as const) }
)
const history = fc.array(event, { maxLength: 30 })

/** The disk after these events, and what a plain buffer holds after them and after those before the last flush. */
const play = (events: ReadonlyArray<Played>) => {
  const image = BlockImage.empty(size)
  const live = Buffer.alloc(size)
  let durable = Buffer.from(live)
  for (const each of events) {
    if (each === "flush") {
      image.flush()
      durable = Buffer.from(live)
      continue
    }
    const data = Buffer.alloc(Math.min(each.length, size - each.at), each.byte)
    image.write(each.at, data)
    live.set(data, each.at)
  }
  return { image, live, durable }
}

describe("a disk", () => {
  it("reads what was written, across pages and where nobody wrote", () => {
    fc.assert(fc.property(history, fc.nat(size), fc.nat(20000), (events, at, length) => {
      const { image, live } = play(events)
      assert.isTrue(image.read(at, length).equals(live.subarray(at, at + length)))
    }))
  })

  it("a snapshot and its origin do not see each other's writes", () => {
    fc.assert(fc.property(history, (events) => {
      const { image, live } = play(events)
      const snapshot = image.snapshot()
      snapshot.write(100, Buffer.alloc(5000, 1))
      image.write(200, Buffer.alloc(5000, 2))
      assert.isTrue(image.read(0, 200).equals(live.subarray(0, 200)))
      assert.isTrue(snapshot.read(100, 5000).equals(Buffer.alloc(5000, 1)))
      assert.isTrue(image.read(200, 5000).equals(Buffer.alloc(5000, 2)))
    }))
  })

  it("one write fails, the n-th or the n-th that holds the needle, and leaves no trace", () => {
    const image = BlockImage.empty(size)
    image.failWrite(1, Buffer.from("me"))
    assert.deepStrictEqual(
      ["a", "me", "b", "some", "me"].map((text) => image.write(0, Buffer.from(text))),
      [true, true, true, false, true]
    )
    assert.deepStrictEqual([image.failures, image.events.length], [1, 4])
  })
})

describe("a power cut", () => {
  const empty = BlockImage.empty(size)

  it("with nothing kept leaves what was flushed, with everything kept all that was written", () => {
    fc.assert(fc.property(history, (events) => {
      const { durable, image, live } = play(events)
      assert.isTrue(
        whole(BlockImage.afterCut(empty, image.events, image.events.length, none)).equals(durable)
      )
      assert.isTrue(
        whole(BlockImage.afterCut(empty, image.events, image.events.length, all)).equals(live)
      )
    }))
  })

  it("leaves in each sector a state that it has had since the last flush, and no other", () => {
    fc.assert(
      fc.property(history, fc.array(fc.boolean(), { minLength: 1 }), (events, coins) => {
        const { image } = play(events)
        let tossed = 0
        const keep: Keep = { tearBytes: tears.sector, keeps: () => coins[tossed++ % coins.length]! }
        const cut = whole(BlockImage.afterCut(empty, image.events, image.events.length, keep))
        const last = lastFlush(image.events, image.events.length)
        for (let at = 0; at < size; at += 512) {
          let possible: ReadonlyArray<Buffer> = [
            whole(BlockImage.afterCut(empty, image.events, last, all)).subarray(at, at + 512)
          ]
          for (const each of image.events.slice(last)) {
            possible = [
              ...possible,
              ...possible.map((state) => over(state, at, each))
            ]
          }
          assert.isTrue(
            possible.some((state) => state.equals(cut.subarray(at, at + 512))),
            `sector at ${at}`
          )
          // Two to the number of writes that touched it: enough of the disk is seen before that grows large.
          if (possible.length > 64) break
        }
      }),
      { numRuns: 10 }
    )
  })

  it("tears at the disk's sectors, not at the write's start", () => {
    assert.deepStrictEqual(piecesOf(300, 1000, 512), [
      { from: 0, to: 212 },
      { from: 212, to: 724 },
      { from: 724, to: 1000 }
    ])
    assert.deepStrictEqual(piecesOf(300, 1000, undefined), [{ from: 0, to: 1000 }])
    assert.deepStrictEqual(piecesOf(512, 512, 512), [{ from: 0, to: 512 }])
  })
})

/** A sector that began at `at` with one more write over it. */
const over = (sector: Buffer, at: number, event: BlockEvent): Buffer => {
  const next = Buffer.from(sector)
  if (event.kind !== "write") return next
  const from = Math.max(at, event.offset)
  const to = Math.min(at + 512, event.offset + event.data.length)
  if (from < to) event.data.copy(next, from - at, from - event.offset, to - event.offset)
  return next
}
