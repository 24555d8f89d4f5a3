/** With which a block is inserted: one that does not fit the table is refused, not adapted to it. */
export const NATIVE_SETTINGS = {
  input_format_skip_unknown_fields: 0,
  input_format_native_allow_types_conversion: 0,
  input_format_defaults_for_omitted_fields: 0,
} as const;
