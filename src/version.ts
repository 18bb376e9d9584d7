/** Version of the package, as its configuration has it. */
export const VERSION = "0.1.0";
