package sense

// LookupKeys is lookupKeys, for tests that keep devices by themselves.
var LookupKeys = lookupKeys
