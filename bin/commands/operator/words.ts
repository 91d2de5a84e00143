/** Said after each change. */
export const IN_FORCE = 'In force within 10 seconds; calls that run end as they began.';
