/** What is drawn, in place of being told as text or JSON. */
export const pictureFormats = ["markdown", "mermaid", "dot", "svg", "html"] as const;
export type PictureFormat = (typeof pictureFormats)[number];
