export * from "../names.js";
export { SHIP as RENAMED } from "../names.js";
export const DOMAIN = "of-the-index";
