/** Of the commands that plan: a file tells where the System is. */
export const stateOption = [
  "--state <file>",
  "the current state, in place of this System's own and of its own rules",
] as const;

export const allowUnsignedOption = [
  "--allow-unsigned-manifest",
  "take a Manifest that is not signed although keys are configured",
  false,
] as const;
