/** Service tiers that are priced as standard, as providers write them; others are kept as sent, in lower case. */
export const STANDARD_TIERS = ['standard', 'standard_only', 'default', 'auto', 'on_demand', 'null'] as const;
