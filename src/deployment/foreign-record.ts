/** Thrown at a record that cannot follow from those before it: another program has written it. */
export class ForeignRecord extends Error {}
