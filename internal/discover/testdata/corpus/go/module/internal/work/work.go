package work

import (
	"example.com/shop/names"
	sdk "github.com/conductor-sdk/conductor-go/sdk/worker"
)

func Workers(domain string) []sdk.Worker {
	return []sdk.Worker{
		sdk.NewWorker(names.Ship, nil, sdk.WithDomain(domain)),        // expect: ship domain=from-main
		sdk.NewWorker(names.Upper, nil, sdk.WithDomain(names.Domain)), // expect: SHIP domain=john
		sdk.NewWorker(names.Missing, nil),                             // expect: ?names.Missing
		other(),
	}
}
