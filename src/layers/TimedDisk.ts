// A disk that tells how long its syncs take.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Disk } from "../services/durability/Disk.ts"

/** The disk that is given, with every successful `datasync` timed, in microseconds. */
export const layer = (onSync: (microseconds: number) => void): Layer.Layer<Disk, never, Disk> =>
  Layer.effect(
    Disk,
    Effect.map(Disk, (disk) => ({
      ...disk,
      datasync: (file) =>
        Effect.flatMap(
          Clock.monotonicTimeNanos,
          (startNs) =>
            Effect.tap(disk.datasync(file), () =>
              Effect.map(Clock.monotonicTimeNanos, (endNs) =>
                onSync(Number(endNs - startNs) / 1000)))
        )
    }))
  )
