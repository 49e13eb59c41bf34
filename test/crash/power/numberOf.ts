// Numbers that stand for texts, for seeds.
import { hash } from "node:crypto"

/** A number below 2 to the 52nd that stands for a text. */
export const numberOf = (text: string): number =>
  parseInt(hash("sha1", text, "hex").slice(0, 13), 16)
