/** What `completion` prints: a script for a shell, or what the scripts ask the program for. */
export const completionKinds = ["bash", "zsh", "fish", "deployments"] as const;
export type CompletionKind = (typeof completionKinds)[number];
