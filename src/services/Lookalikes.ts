// Letters of other scripts that are written like Latin ones: a word may be spelled with them to slip past a check.

/** By the small letter. */
export const lookalikes: { readonly [letter: string]: string } = {
  а: "a",
  е: "e",
  о: "o",
  р: "p",
  с: "c",
  у: "y",
  х: "x",
  і: "i",
  ѕ: "s",
  ј: "j",
  һ: "h",
  к: "k",
  м: "m",
  т: "t",
  ԁ: "d",
  ԛ: "q",
  ԝ: "w",
  ο: "o",
  α: "a",
  ι: "i",
  κ: "k",
  ν: "v",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x"
}
