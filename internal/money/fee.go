package money

// Fee is what is kept of a captured amount: a percentage and a fixed part, together
// no more than a cap. All but BasisPoints is in minor units of the amount's currency.
type Fee struct {
	BasisPoints int64 `json:"basis_points"` // hundredths of a percent, 0 to 10,000
	Fixed       int64 `json:"fixed"`
	Cap         int64 `json:"cap"` // 0 for none
}

// maxBasisPoints is all of it.
const maxBasisPoints = 10_000

// Valid tells whether a fee can be one.
func (f Fee) Valid() bool {
	return f.BasisPoints >= 0 && f.BasisPoints <= maxBasisPoints && f.Fixed >= 0 && f.Fixed <= Max && f.Cap >= 0 && f.Cap <= Max
}

// On gives the fee on an amount in minor units, rounded half up, never more than the
// amount itself. Max times 10,000 is well within an int64.
func (f Fee) On(minor int64) int64 {
	if minor <= 0 {
		return 0
	}
	fee := (minor*f.BasisPoints+maxBasisPoints/2)/maxBasisPoints + f.Fixed
	if f.Cap > 0 {
		fee = min(fee, f.Cap)
	}
	return min(fee, minor)
}
