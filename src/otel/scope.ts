/** As what this package records. */

/** Name of the instrumentation scope. */
export const SCOPE = "@libmc/libmc";

/** Version of the package. */
export const VERSION = "0.1.0";
