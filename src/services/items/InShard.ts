// Which shard a slug belongs to; apart from `Shard.ts`, since the command line parses shards and hashes nothing.
import { hash } from "node:crypto"
import type { Shard } from "./Shard.ts"

/**
 * Whether the slug belongs to the shard: the first 6 bytes of the SHA-256 of its UTF-8 bytes, read as a big-endian
 * number, modulo n, is i - 1. This never changes between versions: shards of a half-finished job stay what they were.
 */
export const inShard = (slug: string, shard: Shard): boolean =>
  shard.of === 1 || hash("sha256", slug, "buffer").readUIntBE(0, 6) % shard.of === shard.index - 1
