-- Whether an address is invited is asked when somebody makes an account.
CREATE INDEX invitation_by_address ON invitation (email_key);
