// The body of an answer, read and unpacked within a bound of bytes.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as zlib from "node:zlib"
import type { Dispatcher } from "undici"
import type { PageError } from "../services/evidence/PageFetcher.ts"
import { pageError, toPageError } from "./pageError.ts"

const tooLarge = (url: string, bytesMax: number): PageError =>
  pageError(url, "TooLarge", `it has more than ${bytesMax} bytes (evidence.fetchBytesMax)`)

export interface Bounds {
  readonly url: string
  readonly bytesMax: number
  readonly cut: boolean
}

export const readBody = ({ body }: Dispatcher.ResponseData, declared: number, bounds: Bounds) => {
  const { bytesMax, cut, url } = bounds
  if (declared > bytesMax && !cut) return Effect.fail(tooLarge(url, bytesMax))
  let size = 0
  return Stream.fromAsyncIterable(body, (cause) => toPageError(url, cause)).pipe(
    Stream.takeUntil((chunk: Uint8Array) => {
      size += chunk.byteLength
      return size > bytesMax
    }),
    Stream.runCollect,
    Effect.flatMap((chunks) =>
      size > bytesMax && !cut
        ? Effect.fail(tooLarge(url, bytesMax))
        : Effect.succeed(Buffer.concat(chunks).subarray(0, bytesMax))
    )
  )
}

const unpackers: { readonly [encoding: string]: () => zlib.Gunzip | zlib.BrotliDecompress } = {
  gzip: zlib.createGunzip,
  "x-gzip": zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress
}

/** Unpacks piece by piece, and stops at the bound: what a bomb would grow to is never held. */
export const unpack = (
  encoding: string,
  bytes: Buffer,
  { bytesMax, cut, url }: Bounds
): Effect.Effect<Buffer, PageError> => {
  if (encoding === "" || encoding === "identity" || bytes.byteLength === 0) {
    return Effect.succeed(bytes)
  }
  const unpacker = unpackers[encoding]
  if (unpacker === undefined) {
    return Effect.fail(pageError(url, "Unsupported", `its encoding is ${encoding}`))
  }
  return Effect.callback((resume) => {
    const stream = unpacker()
    const chunks: Array<Buffer> = []
    let size = 0
    const end = (result: Effect.Effect<Buffer, PageError>) => {
      resume(result)
      stream.destroy()
    }
    const whole = () => Effect.succeed(Buffer.concat(chunks).subarray(0, bytesMax))
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size > bytesMax) end(cut ? whole() : Effect.fail(tooLarge(url, bytesMax)))
    })
    stream.on("end", () => end(whole()))
    // A body that was cut ends before its packing does.
    stream.on("error", (error) => end(cut ? whole() : Effect.fail(toPageError(url, error))))
    stream.end(bytes)
    return Effect.sync(() => stream.destroy())
  })
}
