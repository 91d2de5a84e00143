/** A user as IAM may spell one, and a session of a role too: letters, digits and `+=,.@_-`. */
export const USER_NAME = /^[A-Za-z0-9+=,.@_-]{1,64}$/;
